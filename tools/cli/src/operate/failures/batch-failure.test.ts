import { sampleStreamRecord } from "@doorbell/aws-events/testing";
import { describe, expect, it } from "vitest";
import { readBatchFailure } from "./batch-failure.ts";
import { placeWords } from "./failure-hooks.ts";

const words = placeWords({ type: "bucket", component: "Failures" });
const read = (key: string, content: unknown) =>
  readBatchFailure(typeof content === "string" ? content : JSON.stringify(content), {
    id: "f1",
    key,
    words,
    writtenAt: "2024-03-02T00:00:00.000Z",
    serviceOf: () => "audit",
  });

describe("an object of a bucket for failures", () => {
  it("with a rejected record: the event to send back holds that record as it came", () => {
    const record = sampleStreamRecord();
    const { failure, service, event } =
      read("rejected/change-audit/orders/4.json", { reason: "why", service: "s", record }) ?? {};
    expect(service).toBe("s");
    expect(failure).toMatchObject({
      kind: "record-rejected",
      place: "bucket Failures",
      what: "1 record",
      reason: "why",
      firstAt: "2024-03-01T08:30:00.000Z",
      lastAt: "2024-03-02T00:00:00.000Z",
    });
    expect(JSON.parse(event ?? "")).toEqual({ Records: [record] });
  });

  it.each([
    ["with its event as text", (event: object) => JSON.stringify(event)],
    ["with its event as JSON", (event: object) => event],
  ])("with a batch that was given up, %s", (_, payload) => {
    const Records = [sampleStreamRecord(), sampleStreamRecord()];
    const { failure, event } =
      read("aws/lambda/uuid/shard/2024/03/01/x", {
        requestContext: { requestId: "r1", condition: "RecordAgeExceeded", approximateInvokeCount: 4 },
        responseContext: { functionError: null },
        timestamp: "2024-03-01T09:00:00.000Z",
        DDBStreamBatchInfo: {
          shardId: "s1",
          startSequenceNumber: "1",
          endSequenceNumber: "2",
          approximateArrivalOfFirstRecord: "2024-03-01T08:00:00Z",
        },
        payload: payload({ Records }),
      }) ?? {};
    expect(failure).toMatchObject({
      kind: "batch-exhausted",
      what: "2 records",
      reason: "RecordAgeExceeded",
      attempts: 4,
      lastAt: "2024-03-01T09:00:00.000Z",
    });
    expect(JSON.parse(event ?? "")).toEqual({ Records });
  });

  it("that tells of a batch without the batch itself holds nothing to send", () => {
    const { failure, event } =
      read("", {
        requestContext: { requestId: "r1", condition: "RetryAttemptsExhausted", approximateInvokeCount: 1 },
        timestamp: "2024-03-01T09:00:00.000Z",
        DDBStreamBatchInfo: {
          shardId: "s1",
          startSequenceNumber: "1",
          endSequenceNumber: "2",
          approximateArrivalOfFirstRecord: "2024-03-01T08:00:00Z",
        },
      }) ?? {};
    expect(failure).toMatchObject({ kind: "batch-exhausted", what: "a batch", facts: { service: "audit" } });
    expect(event).toBeUndefined();
  });

  it.each(["", "not JSON", "null", "[]", "{}", '{"payload":"{}"}'])("that is none of both is not read: %j", (text) => {
    expect(read("aws/lambda/x", text)).toBeUndefined();
  });
});
