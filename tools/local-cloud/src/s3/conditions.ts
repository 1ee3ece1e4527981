import type { IncomingHttpHeaders } from "node:http";
import { S3Error, notImplemented } from "./s3-error.ts";

/** What conditions are about. */
export interface ConditionedObject {
  /** With its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

const failed = (): S3Error =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

/**
 * Applies the conditions of a GET or HEAD, or with their prefix those of a copy's source (AWS: "Conditional reads"). Returns
 * false where the object is not modified.
 * @throws S3Error 412
 */
export function checkReadConditions(headers: IncomingHttpHeaders, object: ConditionedObject, prefix = ""): boolean {
  const header = (name: string) => headers[`${prefix}${name}`]?.toString();
  const [match, noneMatch] = [header("if-match"), header("if-none-match")];
  const [modified, unmodified] = [readTime(header("if-modified-since")), readTime(header("if-unmodified-since"))];
  // HTTP dates have no milliseconds.
  const changedMs = Math.floor(object.lastModified.getTime() / 1_000) * 1_000;
  if (match !== undefined ? !names(match, object) : unmodified !== undefined && changedMs > unmodified) throw failed();
  if (noneMatch !== undefined) return !names(noneMatch, object);
  return modified === undefined || changedMs > modified;
}

/** As {@link checkReadConditions} for a copy's source, which is not copied where it is not modified either. */
export function checkCopyConditions(headers: IncomingHttpHeaders, source: ConditionedObject): void {
  if (!checkReadConditions(headers, source, "x-amz-copy-source-")) throw failed();
}

/**
 * Applies the conditions of a write or deletion (AWS: "Conditional writes"). `object` is what has the key now.
 * @throws S3Error 412, 404 where the object of `If-Match` is gone, 501 for `If-None-Match` with an ETag
 */
export function checkWriteConditions(headers: IncomingHttpHeaders, object: ConditionedObject | undefined): void {
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (noneMatch !== undefined && noneMatch !== "*")
    throw notImplemented("If-None-Match with another value than * on a write");
  if (noneMatch === "*" && object !== undefined) throw failed();
  if (match === undefined) return;
  if (object === undefined) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  if (!names(match, object)) throw failed();
}

/** Whether `If-Match` or `If-None-Match` names the object: `*`, or one of its ETags, quoted or not. */
function names(header: string, { etag }: ConditionedObject): boolean {
  const plain = etag.replaceAll('"', "");
  return header.split(",").some((each) => ["*", plain].includes(each.trim().replaceAll('"', "")));
}

/** A date that cannot be read is no condition. */
function readTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}
