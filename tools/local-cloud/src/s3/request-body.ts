import { S3Error, notImplemented } from "./s3-error.ts";
import { checkVersionId } from "./version-id.ts";

/** Fields of a form that are honoured, or of the signature, which nobody checks here (AWS: POST Object). */
const FORM_FIELDS =
  /^(key|file|bucket|policy|content-(type|disposition|encoding)|cache-control|redirect|success_action_(redirect|status)|x-amz-meta-.+|x-amz-(algorithm|credential|date|signature|security-token)|awsaccesskeyid|signature)$/i;

/** AWS: all fields of a form before its file have at most 20 KB together. */
const MAX_FIELDS_BYTES = 20_480;

/**
 * Refuses a form whose fields ask for what the local cloud does not do.
 * @throws S3Error
 */
export function checkForm(body: Buffer): void {
  const start = body.subarray(0, MAX_FIELDS_BYTES).toString("latin1");
  for (const [, field = ""] of start.matchAll(/^content-disposition:\s*form-data;\s*name="([^"]*)"/gim)) {
    if (field.toLowerCase() === "file") return;
    if (!FORM_FIELDS.test(field)) throw notImplemented(`The form field ${field}`);
  }
}

/** AWS: DeleteObjects. */
const MOST_DELETIONS = 1_000;

const malformed = () =>
  new S3Error(
    400,
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );

/**
 * Refuses an upload's list of parts that names none.
 * @throws S3Error
 */
export function checkCompletion(body: Buffer): void {
  if (!body.includes("<Part>")) throw malformed();
}

/**
 * Refuses a list of objects to delete that names versions that are not there, or conditions.
 * @throws S3Error
 */
export function checkDeletions(body: Buffer): void {
  const xml = body.toString("utf8");
  for (const [, versionId = ""] of xml.matchAll(/<VersionId>([^<]*)<\/VersionId>/g)) checkVersionId(versionId);
  const condition = /<(ETag|LastModifiedTime|Size)>/.exec(xml)?.[1];
  if (condition !== undefined) throw notImplemented(`The condition ${condition} of DeleteObjects`);
  const keys = xml.split("<Key>").length - 1;
  if (keys < 1 || keys > MOST_DELETIONS) throw malformed();
}
