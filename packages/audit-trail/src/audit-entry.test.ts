import type { Image } from "@doorbell/aws-events/attribute-value";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import { describe, expect, test } from "vitest";
import { auditEntryOf } from "./audit-entry.ts";
import { imageDigest } from "./image-digest.ts";

const placed: Image = {
  id: { S: "o-1" },
  version: { N: "1" },
  status: { S: "placed" },
  placed: { M: { correlationId: { S: "upload-7" }, total: { S: "957.5775" } } },
};
const cancelled: Image = {
  ...placed,
  version: { N: "2" },
  status: { S: "cancelled" },
  cancelled: { M: { correlationId: { S: "call-9" }, reason: { S: "too late" } } },
};

function record(facts: Partial<StreamRecord>): StreamRecord {
  return {
    eventId: "e-1",
    eventName: "INSERT",
    eventSourceArn: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/latest",
    sequenceNumber: "700",
    keys: { id: { S: "o-1" } },
    createdAt: 1_767_225_600,
    ...facts,
  };
}

describe("the entry of a change", () => {
  test("a new order is version 1, comes from nothing, and every field of it is a change", () => {
    expect(auditEntryOf(record({ newImage: placed }))).toEqual({
      ok: true,
      entry: {
        orderId: "o-1",
        version: 1,
        eventName: "INSERT",
        eventId: "e-1",
        at: 1_767_225_600,
        correlationId: "upload-7",
        after: imageDigest(placed),
        changes: [
          { path: "/id", after: '{"S":"o-1"}' },
          { path: "/placed", after: '{"M":{"correlationId":{"S":"upload-7"},"total":{"S":"957.5775"}}}' },
          { path: "/status", after: '{"S":"placed"}' },
          { path: "/version", after: '{"N":"1"}' },
        ],
      },
    });
  });

  test("a changed order chains to the version before it, under the correlation id of the part that changed", () => {
    const audited = auditEntryOf(record({ eventName: "MODIFY", oldImage: placed, newImage: cancelled }));
    expect(audited).toMatchObject({
      ok: true,
      entry: { version: 2, correlationId: "call-9", before: imageDigest(placed), after: imageDigest(cancelled) },
    });
  });

  test("an order placed after its cancellation carries the correlation id of the placing", () => {
    const { placed: part, ...waiting } = cancelled;
    const newImage = { ...waiting, placed: part ?? { NULL: true }, version: { N: "2" } };
    const audited = auditEntryOf(
      record({ eventName: "MODIFY", oldImage: { ...waiting, version: { N: "1" } }, newImage }),
    );
    expect(audited).toMatchObject({ entry: { correlationId: "upload-7" } });
  });

  test("a removed order is one version more than its last, leads to nothing, and has no correlation id", () => {
    const audited = auditEntryOf(record({ eventName: "REMOVE", oldImage: cancelled }));
    expect(audited).toMatchObject({ entry: { version: 3, before: imageDigest(cancelled) } });
    expect(audited.ok && "after" in audited.entry).toBe(false);
    expect(audited.ok && "correlationId" in audited.entry).toBe(false);
    expect(audited.ok && audited.entry.changes.every((change) => change.after === undefined)).toBe(true);
  });

  test("numbers past 2^53, binaries and sets are kept exactly", () => {
    const newImage: Image = {
      ...placed,
      n: { N: "9007199254740993" },
      b: { B: Buffer.from([0, 255]) },
      s: { NS: ["2", "10"] },
    };
    const audited = auditEntryOf(record({ newImage }));
    expect(audited.ok && audited.entry.changes).toEqual(
      expect.arrayContaining([
        { path: "/n", after: '{"N":"9007199254740993"}' },
        { path: "/b", after: '{"B":"AP8="}' },
        { path: "/s", after: '{"NS":["1e1","2"]}' },
      ]),
    );
  });
});

describe("what is no change of an order", () => {
  test.each<[string, Partial<StreamRecord>, string]>([
    ["an insert without a new image", {}, "has no new image"],
    ["a change without an old image", { eventName: "MODIFY", newImage: cancelled }, "has no old image"],
    ["a change without a new image", { eventName: "MODIFY", oldImage: placed }, "has no new image"],
    ["a removal without an old image", { eventName: "REMOVE" }, "has no old image"],
    ["an image without an id", { newImage: { version: { N: "1" } } }, "is not keyed by an order's id"],
    ["an id that is a number", { newImage: { ...placed, id: { N: "1" } } }, "is not keyed by an order's id"],
    [
      "another key than the image's id",
      { newImage: placed, keys: { id: { S: "o-2" } } },
      "is not keyed by an order's id",
    ],
    ["a record of another table", { newImage: placed, keys: { sku: { S: "o-1" } } }, "is not keyed by an order's id"],
    ["no version", { newImage: { id: { S: "o-1" } } }, "has no version that counts from 1"],
    ["a version that is text", { newImage: { ...placed, version: { S: "1" } } }, "has no version that counts from 1"],
    ["version 0", { newImage: { ...placed, version: { N: "0" } } }, "has no version that counts from 1"],
    ["half a version", { newImage: { ...placed, version: { N: "1.5" } } }, "has no version that counts from 1"],
    [
      "a version past 2^53",
      { newImage: { ...placed, version: { N: "9007199254740993" } } },
      "has no version that counts from 1",
    ],
  ])("%s is refused with the reason", (_, facts, why) => {
    const audited = auditEntryOf(record(facts));
    expect(audited.ok ? "" : audited.reason).toContain(why);
  });
});
