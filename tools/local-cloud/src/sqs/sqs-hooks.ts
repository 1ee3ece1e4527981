import type { IncomingHttpHeaders } from "node:http";
import type { SqsStore, buildApp } from "fauxqs";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { checkRequest, type FailedEntry } from "./check-request.ts";
import { isAction } from "./requests.ts";
import { SqsError, errorBody, queryError } from "./sqs-error.ts";

const TARGET = "AmazonSQS.";
const JSON_TYPE = "application/x-amz-json-1.0";

/** The action of a request to SQS in its JSON protocol. */
export function sqsActionOf(headers: IncomingHttpHeaders): string | undefined {
  const target = headers["x-amz-target"];
  if (typeof target !== "string" || !target.startsWith(TARGET)) return undefined;
  return target.slice(TARGET.length);
}

/** Hangs SQS's own checks between fauxqs and its requests, and words answers as SQS does: no empty lists, codes in the header. */
export function installSqsHooks(app: ReturnType<typeof buildApp>, store: SqsStore): void {
  const failures = new WeakMap<object, readonly FailedEntry[]>();

  app.addHook("preHandler", async (request, reply) => {
    const action = sqsActionOf(request.headers);
    if (action === undefined || !request.headers["content-type"]?.startsWith(JSON_TYPE)) return;
    if (!isAction(action))
      throw new SqsError("UnsupportedOperation", `${action} of SQS is not implemented by the local cloud.`);
    const { body } = request;
    const failed = checkRequest(action, body, store);
    if (failed.length === 0) return;
    failures.set(request.raw, failed);
    const ids = new Set<unknown>(failed.map(({ Id }) => Id));
    const left = entriesOf(body).filter(({ Id }) => !ids.has(Id));
    if (left.length === 0) await reply.send({});
    else request.body = { ...(typeof body === "object" && body), Entries: left };
  });

  app.addHook("preSerialization", async (request, _reply, payload: unknown) => {
    if (sqsActionOf(request.headers) === undefined || typeof payload !== "object" || payload === null) return payload;
    const failed = failures.get(request.raw) ?? [];
    const answered = "Failed" in payload && Array.isArray(payload.Failed) ? payload.Failed : [];
    return withoutEmpty({ ...payload, Failed: [...failed, ...answered] });
  });

  app.addHook("onSend", async (request, reply) => {
    if (sqsActionOf(request.headers) === undefined) return;
    reply.header("content-type", JSON_TYPE);
    // fauxqs puts one prefix before every code.
    const code = /^AWS\.SimpleQueueService\.(\w+);/.exec(String(reply.getHeader("x-amzn-query-error")))?.[1];
    if (code !== undefined && code !== "NonExistentQueue") reply.header("x-amzn-query-error", queryError(code));
  });
}

/** Any failure of a request to SQS, as SQS words it. */
export function toSqsError(error: unknown): { readonly status: number; readonly error: SqsError } {
  if (error instanceof SqsError) return { status: 400, error };
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
  if (status === 413)
    return {
      status,
      error: new SqsError("RequestEntityTooLarge", `The request is larger than ${BODY_LIMITS.message} bytes.`),
    };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SyntaxError || status === 400)
    return { status: 400, error: new SqsError("SerializationException", message, { cause: error }) };
  return { status: 500, error: new SqsError("InternalFailure", message, { cause: error }) };
}

export function sqsErrorAnswer(failure: unknown) {
  const { status, error } = toSqsError(failure);
  return { status, headers: { "x-amzn-query-error": queryError(error.code) }, body: errorBody(error) };
}

function entriesOf(body: unknown): readonly { readonly Id?: unknown }[] {
  if (typeof body !== "object" || body === null || !("Entries" in body) || !Array.isArray(body.Entries)) return [];
  return body.Entries;
}

/** SQS leaves empty lists and maps out of its answers. */
function withoutEmpty(payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).filter(
      ([, value]) => typeof value !== "object" || value === null || Object.keys(value).length > 0,
    ),
  );
}
