import { sampleStreamRecord } from "@doorbell/aws-events/testing";
import { describe, expect, it } from "vitest";
import { entriesOf, readChangeFailure } from "./change-failure.ts";

const read = (key: string, content: unknown) =>
  readChangeFailure({
    id: "f1",
    key,
    text: typeof content === "string" ? content : JSON.stringify(content),
    writtenAt: "2024-03-02T00:00:00.000Z",
  });

describe("an object of the failures bucket", () => {
  it("with a rejected record: the event to send back holds that record as it came", () => {
    const record = sampleStreamRecord();
    const { failure, event } = read("rejected/change-audit/orders/4.json", { reason: "why", service: "s", record });
    expect(failure).toMatchObject({
      kind: "change-rejected",
      what: "1 change of order ITEM-1",
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
    const { failure, event } = read("aws/lambda/uuid/shard/2024/03/01/x", {
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
    });
    expect(failure).toMatchObject({
      kind: "batch-exhausted",
      what: "2 changes of order ITEM-1",
      reason: "RecordAgeExceeded",
      attempts: 4,
      lastAt: "2024-03-01T09:00:00.000Z",
    });
    expect(JSON.parse(event ?? "")).toEqual({ Records });
  });

  it.each(["", "not JSON", "null", "[]", "{}", '{"payload":"{}"}'])(
    "that is none of both is listed, and not sent: %j",
    (text) => {
      const { failure, event } = read("aws/lambda/x", text);
      expect(failure).toMatchObject({ kind: "batch-exhausted", what: "an unknown object" });
      expect(event).toBeUndefined();
    },
  );
});

describe("the audit entries of an event", () => {
  it("are there for every change", () => {
    const entries = entriesOf(JSON.stringify({ Records: [sampleStreamRecord()] }));
    expect(entries).toMatchObject([{ orderId: "ITEM-1", version: 2 }]);
  });

  it("are none where one change makes none", () => {
    const broken = sampleStreamRecord({ NewImage: { id: { S: "ITEM-1" } } });
    expect(entriesOf(JSON.stringify({ Records: [sampleStreamRecord(), broken] }))).toBeUndefined();
    expect(entriesOf("not JSON")).toBeUndefined();
  });
});
