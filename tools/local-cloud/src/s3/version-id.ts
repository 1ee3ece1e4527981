import { S3Error, invalidArgument } from "./s3-error.ts";

/** S3's version ids have 32 characters. */
const VERSION_ID = /^[\w.-]{32}$/;

/**
 * Refuses a version that is not there: buckets here keep no versions, so that an object has the one version `null`.
 * @throws S3Error
 */
export function checkVersionId(versionId: string | null): void {
  if (versionId === null || versionId === "null") return;
  if (versionId === "") throw invalidArgument("Version id cannot be the empty string");
  if (!VERSION_ID.test(versionId)) throw invalidArgument("Invalid version id specified");
  throw new S3Error(404, "NoSuchVersion", "The specified version does not exist.");
}
