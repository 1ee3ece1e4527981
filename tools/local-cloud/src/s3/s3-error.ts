import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { escapeXml } from "../endpoint/escape-xml.ts";

/** A failure that S3 answers with a code (AWS: "Error responses" of the S3 API). */
export class S3Error extends Error {
  readonly status: number;
  /** Such as `NoSuchKey`. */
  readonly code: string;
  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "S3Error";
    this.status = status;
    this.code = code;
  }
}

/** The local cloud does not have what is asked for; `what` is an operation, a header or a parameter by its name. */
export const notImplemented = (what: string): S3Error =>
  new S3Error(501, "NotImplemented", `${what} is not implemented by the local cloud`);

export const invalidArgument = (message: string): S3Error => new S3Error(400, "InvalidArgument", message);

/** A body is larger than its door allows; with the remedy, where it is an object's. */
export function tooLarge(limitBytes: number): S3Error {
  const remedy = limitBytes === BODY_LIMITS.objectBytes ? " Use a multipart upload." : "";
  const message = `A single request of this kind carries at most ${limitBytes} bytes in the local cloud.${remedy}`;
  return new S3Error(400, "EntityTooLarge", message);
}

/** Any failure as S3 words it. The object store throws errors that carry a code and `statusCode`. */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof Error && "code" in error && "statusCode" in error && error.name === "S3Error")
    return new S3Error(Number(error.statusCode), String(error.code), error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new S3Error(500, "InternalError", message, { cause: error });
}

/** The body of an error answer. */
export function errorXml({ code, message }: S3Error, requestId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`;
}

/** S3's request ids have 16 hexadecimal digits in capitals. */
export const newRequestId = (): string => randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();

/** Sends an XML document, or an empty answer. */
export function sendXml(response: ServerResponse, status: number, xml = "", requestId = newRequestId()): void {
  response.writeHead(status, {
    "x-amz-request-id": requestId,
    ...(xml !== "" && { "content-type": "application/xml" }),
    ...(status !== 204 && { "content-length": Buffer.byteLength(xml) }),
  });
  response.end(xml);
}

/** Sends an error. Node leaves the body out where the request is a HEAD. */
export function sendS3Error(response: ServerResponse, error: S3Error): void {
  const requestId = newRequestId();
  sendXml(response, error.status, errorXml(error, requestId), requestId);
}
