import { Transform } from "node:stream";
import type { buildApp } from "fauxqs";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { declaredLength } from "../endpoint/read-body.ts";
import { checkCopyConditions, checkReadConditions, checkWriteConditions } from "../s3/conditions.ts";
import { readCopySource } from "../s3/copy-source.ts";
import { readTagHeader, type ObjectTags } from "../s3/object-tags.ts";
import { operationOf, readS3Request, type Operation, type S3Request } from "../s3/operations.ts";
import { checkDigest } from "../s3/check-digest.ts";
import { copyPartDocument, getLargeObject, readCopiedPart } from "../s3/large-object.ts";
import { checkCompletion, checkDeletions, checkForm } from "../s3/request-body.ts";
import { S3Error, errorXml, newRequestId, notImplemented, toS3Error, tooLarge } from "../s3/s3-error.ts";
import { sqsActionOf, sqsErrorAnswer } from "../sqs/sqs-hooks.ts";
import type { ChangeKind } from "./buckets.ts";
import type { FiledBytes } from "./object-files.ts";
import type { ObservableS3Store, WriteDetails } from "./observable-s3-store.ts";

/** S3's type of an object that came without one. */
const DEFAULT_TYPE = "binary/octet-stream";

/** Headers of an answer that a GET may ask for (AWS: GetObject, "Overriding response header values"). */
const RESPONSE_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** Conditions are judged here: fauxqs knows some of them, and for GET alone. */
const CONDITIONS = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
const READS = new Set(["GetObject", "HeadObject"]);
const COPIES = new Set(["CopyObject", "UploadPartCopy"]);
const CONDITIONAL_WRITES = new Set(["PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject"]);

const BODY_CHECKS: Readonly<Record<string, (body: Buffer) => void>> = {
  CompleteMultipartUpload: checkCompletion,
  DeleteObjects: checkDeletions,
  PostObject: checkForm,
};

const KINDS: Readonly<Record<string, ChangeKind>> = { CopyObject: "Copy", PostObject: "Post" };

type App = ReturnType<typeof buildApp>;
/** What of fauxqs' reply is used. */
type FastifyReply = Parameters<Parameters<App["setErrorHandler"]>[0]>[2];

/** A request to S3 that fauxqs is to answer. */
interface Call {
  readonly operation: Operation;
  readonly request: S3Request;
  readonly contentType: string | undefined;
}

/**
 * Hangs between fauxqs and its requests what its operations lack: limits of bodies, and of S3 conditions, tags, bodies without a
 * type, and headers that an answer is to have. A condition is judged in the same turn of the event loop as the write it is for.
 */
export function installHooks(app: App, store: ObservableS3Store): void {
  const calls = new WeakMap<object, Call>();

  app.addHook("onRequest", async ({ raw }) => {
    const request = readS3Request(raw);
    const operation = request && operationOf(request);
    if (request === undefined || operation === undefined) return;
    calls.set(raw, { operation, request, contentType: raw.headers["content-type"] });
    // Objects of every type are bytes; by their type Fastify would parse or refuse some.
    delete raw.headers["content-type"];
  });

  app.addHook("preParsing", async ({ raw }, _reply, body) => {
    const limit = limitOf(calls.get(raw));
    if (declaredLength(raw) > limit) throw bodyTooLarge();
    // Node reads no more than was declared, and the largest limit is Fastify's own.
    if (raw.headers["content-length"] !== undefined || limit === BODY_LIMITS.objectBytes) return body;
    return body.pipe(limitedTo(limit));
  });

  // The bytes of large objects are read as time allows, so conditions of the write are judged after that.
  app.addHook("preHandler", async ({ raw }, reply) => {
    const call = calls.get(raw);
    const source = call !== undefined && COPIES.has(call.operation.name) && readCopySource(call.request.headers);
    if (!call || !source) return;
    const filed = store.filesOf(source.bucket, source.key);
    if (filed === undefined) return;
    if (call.operation.name === "CopyObject") await store.prepareCopy(source.bucket, source.key);
    else await reply.header("content-type", "application/xml").send(await copyPart(call, filed, store));
  });

  app.addHook("preHandler", (fastifyRequest, reply, done) => {
    const call = calls.get(fastifyRequest.raw);
    if (call === undefined) return done();
    const { headers } = fastifyRequest;
    headers["content-type"] = call.contentType ?? DEFAULT_TYPE;
    fastifyRequest.body ??= Buffer.alloc(0);
    if (Buffer.isBuffer(fastifyRequest.body)) {
      checkDigest(headers, fastifyRequest.body);
      BODY_CHECKS[call.operation.name]?.(fastifyRequest.body);
    }
    checkUpload(call.request, store);
    const isModified = checkConditions(call, store);
    for (const name of CONDITIONS) delete headers[name];
    if (!isModified) reply.code(304).send();
    else if (!answerOfLarge(call, store, reply)) store.writeWith(detailsOf(call, store), done);
  });

  app.addHook("onSend", async ({ raw }, reply) => {
    const call = calls.get(raw);
    if (call === undefined || reply.statusCode >= 300 || !READS.has(call.operation.name)) return;
    const { bucket, key, query } = call.request;
    const { size } = store.tagsOf(bucket, key);
    // As it was given: Fastify puts another one in the place of a type that is none.
    reply.header("content-type", store.headObject(bucket, key).contentType);
    if (size > 0) reply.header("x-amz-tagging-count", String(size));
    for (const name of RESPONSE_HEADERS) {
      const value = query.get(`response-${name}`);
      if (value !== null) reply.header(name, value);
    }
  });

  app.setErrorHandler((error, { raw }, reply) => {
    const call = calls.get(raw);
    const isTooLarge = error instanceof Error && "statusCode" in error && error.statusCode === 413;
    // The rest of a body that is too large flows past, so that its client lives to read the answer.
    if (isTooLarge) {
      raw.resume();
      reply.removeHeader("connection");
    }
    if (sqsActionOf(raw.headers) !== undefined) {
      const answer = sqsErrorAnswer(error);
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    }
    if (call === undefined) return isTooLarge ? reply.code(413).send(messageTooLarge()) : reply.send(error);
    const failure = isTooLarge ? tooLarge(limitOf(call)) : toS3Error(error);
    const requestId = newRequestId();
    return reply
      .code(failure.status)
      .headers({ "content-type": "application/xml", "x-amz-request-id": requestId })
      .send(raw.method === "HEAD" ? undefined : errorXml(failure, requestId));
  });
}

/** Answers a GET of a large object, whose bytes fauxqs would want at once. Whether it was one. */
function answerOfLarge({ operation, request }: Call, store: ObservableS3Store, reply: FastifyReply): boolean {
  const filed = operation.name === "GetObject" ? store.filesOf(request.bucket, request.key) : undefined;
  if (filed === undefined) return false;
  const { status, headers, body } = getLargeObject(request, filed, store);
  reply.code(status).headers(headers).send(body);
  return true;
}

async function copyPart(call: Call, filed: FiledBytes, store: ObservableS3Store): Promise<string> {
  checkConditions(call, store);
  const { query } = call.request;
  const bytes = await readCopiedPart(call.request, filed, store);
  const { etag } = store.uploadPart(query.get("uploadId") ?? "", Number(query.get("partNumber")), bytes);
  return copyPartDocument(etag);
}

function limitOf(call: Call | undefined): number {
  if (call === undefined) return BODY_LIMITS.message;
  return call.operation.bytes === true ? BODY_LIMITS.objectBytes : BODY_LIMITS.s3Document;
}

/** As Fastify's own limit fails. */
const bodyTooLarge = () => Object.assign(new Error("The body is too large."), { statusCode: 413 });

/** Passes bytes on up to a limit, and fails past it. */
function limitedTo(limitBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      size += chunk.length;
      if (size > limitBytes) pass(bodyTooLarge());
      else pass(null, chunk);
    },
  });
}

/** AWS documents no error for a request of such a size; a message that is too long fauxqs refuses as SQS does. */
const messageTooLarge = () => ({
  __type: "com.amazonaws.sqs#RequestEntityTooLarge",
  message: `The request is larger than ${BODY_LIMITS.message} bytes.`,
});

/** fauxqs looks for an upload by its id alone. */
function checkUpload({ bucket, key, query }: S3Request, store: ObservableS3Store): void {
  const uploadId = query.get("uploadId");
  if (uploadId === null || store.hasUpload(bucket, key, uploadId)) return;
  const why = "The upload ID may be invalid, or the upload may have been aborted or completed.";
  throw new S3Error(404, "NoSuchUpload", `The specified upload does not exist. ${why}`);
}

/** False where an object that is read is not modified. Throws where a condition does not hold. */
function checkConditions({ operation: { name }, request }: Call, store: ObservableS3Store): boolean {
  const { bucket, key, headers } = request;
  const source = readCopySource(headers);
  const copied = source && store.find(source.bucket, source.key);
  if (copied !== undefined) checkCopyConditions(headers, copied);
  const object = store.find(bucket, key);
  if (READS.has(name)) return object === undefined || checkReadConditions(headers, object);
  if (CONDITIONAL_WRITES.has(name)) {
    if (store.hasBucket(bucket)) checkWriteConditions(headers, object);
    return true;
  }
  const condition = CONDITIONS.find((header) => headers[header] !== undefined);
  if (condition !== undefined) throw notImplemented(`The header ${condition} of ${name}`);
  return true;
}

/** What a write's request says that fauxqs does not hand on to the store. */
function detailsOf({ operation, request }: Call, store: ObservableS3Store): WriteDetails {
  // fauxqs drops every encoding of a body that is also in chunks of AWS.
  const encoding = request.headers["content-encoding"]?.split(",").map((each) => each.trim());
  const contentEncoding = encoding?.filter((each) => each !== "aws-chunked").join(",");
  return {
    kind: KINDS[operation.name] ?? "Put",
    tags: tagsOf(request, store),
    ...(contentEncoding !== undefined && contentEncoding !== "" && { contentEncoding }),
  };
}

function tagsOf({ headers }: S3Request, store: ObservableS3Store): ObjectTags {
  const source = readCopySource(headers);
  if (source === undefined || headers["x-amz-tagging-directive"] === "REPLACE")
    return readTagHeader(headers["x-amz-tagging"]?.toString() ?? "");
  return store.find(source.bucket, source.key) === undefined ? new Map() : store.tagsOf(source.bucket, source.key);
}
