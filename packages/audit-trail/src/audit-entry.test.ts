import type { Image } from "@doorbell/aws-events/attribute-value";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import { describe, expect, test } from "vitest";
import { auditEntryOf as entryOf } from "./audit-entry.ts";
import { imageDigest } from "./image-digest.ts";

const items = { key: "id", entryKey: "documentId", parts: ["drafted", "signed"] } as const;
const auditEntryOf = (change: StreamRecord) => entryOf(change, items);

const drafted: Image = {
  id: { S: "o-1" },
  version: { N: "1" },
  status: { S: "drafted" },
  drafted: { M: { correlationId: { S: "upload-7" }, total: { S: "957.5775" } } },
};
const signed: Image = {
  ...drafted,
  version: { N: "2" },
  status: { S: "signed" },
  signed: { M: { correlationId: { S: "call-9" }, reason: { S: "too late" } } },
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
  test("a new document is version 1, comes from nothing, and every field of it is a change", () => {
    expect(auditEntryOf(record({ newImage: drafted }))).toEqual({
      ok: true,
      entry: {
        documentId: "o-1",
        version: 1,
        eventName: "INSERT",
        eventId: "e-1",
        at: 1_767_225_600,
        correlationId: "upload-7",
        after: imageDigest(drafted),
        changes: [
          { path: "/drafted", after: '{"M":{"correlationId":{"S":"upload-7"},"total":{"S":"957.5775"}}}' },
          { path: "/id", after: '{"S":"o-1"}' },
          { path: "/status", after: '{"S":"drafted"}' },
          { path: "/version", after: '{"N":"1"}' },
        ],
      },
    });
  });

  test("a changed document chains to the version before it, under the correlation id of the part that changed", () => {
    const audited = auditEntryOf(record({ eventName: "MODIFY", oldImage: drafted, newImage: signed }));
    expect(audited).toMatchObject({
      ok: true,
      entry: { version: 2, correlationId: "call-9", before: imageDigest(drafted), after: imageDigest(signed) },
    });
  });

  test("a document drafted after its signature carries the correlation id of the drafting", () => {
    const { drafted: part, ...waiting } = signed;
    const newImage = { ...waiting, drafted: part ?? { NULL: true }, version: { N: "2" } };
    const audited = auditEntryOf(
      record({ eventName: "MODIFY", oldImage: { ...waiting, version: { N: "1" } }, newImage }),
    );
    expect(audited).toMatchObject({ entry: { correlationId: "upload-7" } });
  });

  test("a removed document is one version more than its last, leads to nothing, and has no correlation id", () => {
    const audited = auditEntryOf(record({ eventName: "REMOVE", oldImage: signed }));
    expect(audited).toMatchObject({ entry: { version: 3, before: imageDigest(signed) } });
    expect(audited.ok && "after" in audited.entry).toBe(false);
    expect(audited.ok && "correlationId" in audited.entry).toBe(false);
    expect(audited.ok && audited.entry.changes.every((change) => change.after === undefined)).toBe(true);
  });

  test("numbers past 2^53, binaries and sets are kept exactly", () => {
    const newImage: Image = {
      ...drafted,
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

describe("what is no change of a document", () => {
  test.each<[string, Partial<StreamRecord>, string]>([
    ["an insert without a new image", {}, "has no new image"],
    ["a change without an old image", { eventName: "MODIFY", newImage: signed }, "has no old image"],
    ["a change without a new image", { eventName: "MODIFY", oldImage: drafted }, "has no new image"],
    ["a removal without an old image", { eventName: "REMOVE" }, "has no old image"],
    ["an image without an id", { newImage: { version: { N: "1" } } }, 'is not keyed by "id"'],
    ["an id that is a number", { newImage: { ...drafted, id: { N: "1" } } }, 'is not keyed by "id"'],
    ["another key than the image's id", { newImage: drafted, keys: { id: { S: "o-2" } } }, 'is not keyed by "id"'],
    ["a record of another table", { newImage: drafted, keys: { sku: { S: "o-1" } } }, 'is not keyed by "id"'],
    ["no version", { newImage: { id: { S: "o-1" } } }, "has no version that counts from 1"],
    ["a version that is text", { newImage: { ...drafted, version: { S: "1" } } }, "has no version that counts from 1"],
    ["version 0", { newImage: { ...drafted, version: { N: "0" } } }, "has no version that counts from 1"],
    ["half a version", { newImage: { ...drafted, version: { N: "1.5" } } }, "has no version that counts from 1"],
    [
      "a version past 2^53",
      { newImage: { ...drafted, version: { N: "9007199254740993" } } },
      "has no version that counts from 1",
    ],
  ])("%s is refused with the reason", (_, facts, why) => {
    const audited = auditEntryOf(record(facts));
    expect(audited.ok ? "" : audited.reason).toContain(why);
  });
});
