import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { type ObjectEvent, parseS3Event } from "@doorbell/aws-events/s3";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Store } from "@doorbell/idempotency/store";
import { uploadOf } from "@doorbell/upload-ingest/upload";
import * as v from "valibot";
import { type Failure, type FailureSource, type FoundFailure, NotSendable } from "./failure.ts";
import { type HeldMessage, heldMessages, hiddenMessages } from "./held-messages.ts";
import { parseJson } from "./parse-json.ts";

const PLACE = "queue of failed uploads";

/** What Lambda sends to a failure destination (AWS: "Capturing records of Lambda asynchronous invocations"). */
const recordSchema = v.object({
  timestamp: v.string(),
  requestContext: v.object({
    requestId: v.string(),
    condition: v.string(),
    approximateInvokeCount: v.number(),
  }),
  requestPayload: v.custom<object>((value) => typeof value === "object" && value !== null),
  responsePayload: v.optional(v.unknown()),
});
const errorSchema = v.object({ errorType: v.optional(v.string(), "Error"), errorMessage: v.string() });

type DestinationRecord = v.InferOutput<typeof recordSchema>;

/** S3 events that Lambda gave up. Sent back, the event is an asynchronous invocation of `upload-ingest`, as S3's own was. */
export function uploadFailures(options: {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly store: Pick<Store, "read">;
  readonly queueUrl: string;
  readonly functionName: string;
  readonly uploadsBucket: string;
  readonly uploadsTable: string;
}): FailureSource {
  const { sqs, lambda, store, queueUrl, functionName, uploadsBucket, uploadsTable } = options;

  async function isDone(event: object): Promise<boolean> {
    const uploads = eventsOf(event).map((upload) => idOf(upload, uploadsBucket));
    if (uploads.length === 0) return false;
    const refs = uploads.flatMap((id) => (id === undefined ? [] : [{ table: uploadsTable, key: { id } }]));
    const receipts = refs.length < uploads.length ? [undefined] : (await store.read(refs)).map(itemOf);
    return receipts.every((receipt) => receipt !== undefined && receipt["status"] !== "processing");
  }

  function found(held: HeldMessage): FoundFailure {
    const { id, message } = held;
    const body = message.Body ?? "";
    const parsed = v.safeParse(recordSchema, parseJson(body));
    if (!parsed.success) return unreadable(held, body);
    const { requestContext, requestPayload } = parsed.output;
    const content = JSON.stringify(requestPayload);
    return {
      failure: uploadFailure(id, parsed.output),
      content,
      deliveryId: requestContext.requestId,
      isDone: () => isDone(requestPayload),
      send: async () => {
        const { $metadata } = await lambda.send(
          new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload: Buffer.from(content) }),
        );
        return { kind: "sent", deliveryId: $metadata.requestId };
      },
      remove: () => held.remove(),
    };
  }

  return {
    place: PLACE,
    kinds: ["upload-exhausted"],
    hidden: () => hiddenMessages(sqs, queueUrl),
    async *failures() {
      for await (const held of heldMessages(sqs, queueUrl)) yield found(held);
    },
  };
}

/** What a record of the failure destination says. */
export function uploadFailure(id: string, record: DestinationRecord): Failure {
  const { requestContext: context, timestamp } = record;
  const events = eventsOf(record.requestPayload);
  const error = v.safeParse(errorSchema, record.responsePayload);
  const firstAt = events[0]?.eventTime;
  return {
    id,
    kind: "upload-exhausted",
    place: PLACE,
    what: events.map(({ key }) => `file ${key}`).join(", ") || "an event that names no file",
    reason: error.success
      ? `${context.condition}: ${error.output.errorType}: ${error.output.errorMessage}`
      : context.condition,
    attempts: context.approximateInvokeCount,
    ...(firstAt !== undefined && { firstAt }),
    lastAt: timestamp,
    facts: { "request id": context.requestId, service: "upload-ingest" },
  };
}

function unreadable(held: HeldMessage, content: string): FoundFailure {
  const why = "the message is no record of a failed invocation";
  return {
    failure: {
      id: held.id,
      kind: "upload-exhausted",
      place: PLACE,
      what: "an unknown message",
      reason: `${why}; read it with "failures show"`,
      facts: {},
    },
    content,
    isDone: () => Promise.resolve(false),
    send: () => Promise.reject(new NotSendable(why)),
    remove: () => held.remove(),
  };
}

function eventsOf(payload: unknown): readonly ObjectEvent[] {
  const envelope = parseS3Event(payload);
  return envelope.ok ? envelope.records.flatMap((record) => (record.ok ? [record.value] : [])) : [];
}

function idOf(event: ObjectEvent, uploadsBucket: string): string | undefined {
  try {
    return uploadOf(event, uploadsBucket).id;
  } catch {
    return undefined; // Not about an upload, so no receipt can tell.
  }
}
