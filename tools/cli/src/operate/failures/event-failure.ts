import type { Message } from "@aws-sdk/client-sqs";
import { parseS3Event } from "@doorbell/aws-events/s3";
import * as v from "valibot";
import type { Failure } from "./failure.ts";
import type { PlaceWords } from "./failure-hooks.ts";
import { parseJson } from "../../parse-json.ts";

/** What Lambda sends to a failure destination (AWS: "Capturing records of Lambda asynchronous invocations"). */
const recordSchema = v.object({
  timestamp: v.string(),
  requestContext: v.object({
    requestId: v.string(),
    functionArn: v.optional(v.string(), ""),
    condition: v.string(),
    approximateInvokeCount: v.number(),
  }),
  requestPayload: v.unknown(),
  responsePayload: v.optional(v.unknown()),
});
const errorSchema = v.object({ errorType: v.optional(v.string(), "Error"), errorMessage: v.string() });

/** An event that Lambda gave up. */
export interface GivenUpEvent {
  /** The event itself, as JSON. */
  readonly content: string;
  readonly requestId: string;
  /** ARN of the function, perhaps with a version; empty where the record does not name it. */
  readonly functionArn: string;
  readonly reason: string;
  readonly attempts?: number;
  readonly failedAt?: string;
}

/** Reads a record of a failure destination; undefined for any other text. */
export function readGivenUpEvent(text: string): GivenUpEvent | undefined {
  const parsed = v.safeParse(recordSchema, parseJson(text));
  if (!parsed.success || parsed.output.requestPayload === undefined) return undefined;
  const { requestContext: context, requestPayload, responsePayload, timestamp } = parsed.output;
  const error = v.safeParse(errorSchema, responsePayload);
  return {
    content: JSON.stringify(requestPayload),
    requestId: context.requestId,
    functionArn: context.functionArn,
    reason: error.success
      ? `${context.condition}: ${error.output.errorType}: ${error.output.errorMessage}`
      : context.condition,
    attempts: context.approximateInvokeCount,
    failedAt: timestamp,
  };
}

/** Reads a message of a function's own dead-letter queue: the event, with why in its attributes (AWS: "Adding a dead-letter queue"). */
export function readDeadEvent({ Body = "", MessageAttributes }: Message): GivenUpEvent | undefined {
  const text = (name: string) => MessageAttributes?.[name]?.StringValue;
  const [requestId, code, message] = [text("RequestID"), text("ErrorCode"), text("ErrorMessage")];
  if (requestId === undefined || code === undefined) return undefined;
  return { content: Body, requestId, functionArn: "", reason: [code, message].filter(Boolean).join(": ") };
}

/** What an event that Lambda gave up says of itself. */
export function eventFailure(id: string, event: GivenUpEvent, words: PlaceWords, service: string | undefined): Failure {
  const objects = objectsIn(event.content);
  const firstAt = objects[0]?.eventTime;
  return {
    id,
    kind: words.kind("event-exhausted"),
    place: words.place,
    what:
      words.about(event.content) ??
      (objects.map(({ bucket, key }) => `object ${bucket}/${key}`).join(", ") || "an event"),
    reason: event.reason,
    ...(event.attempts !== undefined && { attempts: event.attempts }),
    ...(firstAt !== undefined && { firstAt }),
    ...(event.failedAt !== undefined && { lastAt: event.failedAt }),
    facts: { "request id": event.requestId, ...(service !== undefined && { service }) },
  };
}

function objectsIn(content: string) {
  const envelope = parseS3Event(parseJson(content));
  return envelope.ok ? envelope.records.flatMap((record) => (record.ok ? [record.value] : [])) : [];
}
