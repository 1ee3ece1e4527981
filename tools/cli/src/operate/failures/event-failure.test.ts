import { sampleS3Record } from "@doorbell/aws-events/testing";
import { describe, expect, it } from "vitest";
import { eventFailure, readDeadEvent, readGivenUpEvent } from "./event-failure.ts";
import { placeWords } from "./failure-hooks.ts";

const words = placeWords({ type: "queue", component: "Lost" });
const functionArn = "arn:aws:lambda:eu-central-2:000000000000:function:app-dev-api:$LATEST";
const recordOf = (fields: object) =>
  JSON.stringify({
    version: "1.0",
    timestamp: "2024-03-01T08:34:00.000Z",
    requestContext: { requestId: "r-1", functionArn, condition: "RetriesExhausted", approximateInvokeCount: 3 },
    requestPayload: { hello: "world" },
    ...fields,
  });

describe("an event that Lambda gave up", () => {
  it("tells the event, why, how often and when", () => {
    const error = { errorType: "TypeError", errorMessage: "no such door" };
    const event = readGivenUpEvent(recordOf({ responsePayload: error }));
    expect(event).toMatchObject({ content: '{"hello":"world"}', functionArn, requestId: "r-1" });
    expect(event && eventFailure("m1", event, words, "api")).toEqual({
      id: "m1",
      kind: "event-exhausted",
      place: "queue Lost",
      what: "an event",
      reason: "RetriesExhausted: TypeError: no such door",
      attempts: 3,
      lastAt: "2024-03-01T08:34:00.000Z",
      facts: { "request id": "r-1", service: "api" },
    });
  });

  it("of S3 names its objects, and when the first one was put", () => {
    const record = sampleS3Record();
    const event = readGivenUpEvent(recordOf({ requestPayload: { Records: [record] } }));
    expect(event && eventFailure("m1", event, words, undefined)).toMatchObject({
      what: `object ${record.s3.bucket.name}/${record.s3.object.key}`,
      firstAt: record.eventTime,
      reason: "RetriesExhausted",
    });
  });

  it.each(["", "{", "[]", "{}", recordOf({ requestPayload: undefined }), recordOf({ requestContext: {} })])(
    "is not in %j",
    (text) => {
      expect(readGivenUpEvent(text)).toBeUndefined();
    },
  );

  it("in a function's own dead-letter queue is the message's body, with why in its attributes", () => {
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    const attributes = { RequestID: text("r-1"), ErrorCode: text("200"), ErrorMessage: text("no such door") };
    expect(readDeadEvent({ Body: '{"a":1}', MessageAttributes: attributes })).toEqual({
      content: '{"a":1}',
      requestId: "r-1",
      functionArn: "",
      reason: "200: no such door",
    });
    expect(readDeadEvent({ Body: '{"a":1}' })).toBeUndefined();
  });
});
