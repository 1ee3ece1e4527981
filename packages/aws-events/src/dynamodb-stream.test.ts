import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseStreamEvent } from "./dynamodb-stream.ts";
import { sampleSqsRecord, sampleStreamRecord } from "./testing.ts";

const parse = (...Records: unknown[]) => parseStreamEvent({ Records });
const keys = { id: { S: "ITEM-1" } };

test("a change with both images is read", () => {
  expect(parse(sampleStreamRecord())).toEqual({
    ok: true,
    records: [
      {
        ok: true,
        index: 0,
        id: "event-1",
        value: {
          eventId: "event-1",
          eventName: "MODIFY",
          eventSourceArn: "arn:aws:dynamodb:eu-central-2:000000000000:table/items/stream/latest",
          sequenceNumber: "400000000000000499660",
          keys,
          newImage: { ...keys, version: { N: "2" } },
          oldImage: { ...keys, version: { N: "1" } },
          createdAt: 1_709_281_800,
        },
      },
    ],
  });
});

test.each<[string, string, object, readonly string[]]>([
  ["KEYS_ONLY", "MODIFY", { NewImage: undefined, OldImage: undefined }, []],
  ["NEW_IMAGE", "INSERT", { OldImage: undefined }, ["newImage"]],
  ["OLD_IMAGE", "MODIFY", { NewImage: undefined }, ["oldImage"]],
  ["NEW_AND_OLD_IMAGES", "MODIFY", {}, ["newImage", "oldImage"]],
  ["NEW_AND_OLD_IMAGES", "REMOVE", { NewImage: undefined }, ["oldImage"]],
  ["NEW_AND_OLD_IMAGES", "INSERT", { OldImage: null }, ["newImage"]],
])("view type %s, %s: the images that are there are read", (StreamViewType, eventName, dynamodb, images) => {
  const parsed = parse(sampleStreamRecord({ ...dynamodb, StreamViewType }, { eventName }));
  const record = parsed.ok ? parsed.records[0] : undefined;
  const fields = record?.ok === true ? Object.keys(record.value) : [];
  expect(fields.filter((field) => field.endsWith("Image"))).toEqual(images);
});

test("an item that DynamoDB expired names DynamoDB as the user", () => {
  const userIdentity = { type: "Service", principalId: "dynamodb.amazonaws.com" };
  const record = sampleStreamRecord({ NewImage: undefined }, { eventName: "REMOVE", userIdentity });
  expect(parse(record)).toMatchObject({ records: [{ ok: true, value: { userIdentity } }] });
});

test("a null user is no user", () => {
  const parsed = parse(sampleStreamRecord({}, { userIdentity: null }));
  expect(parsed.ok && parsed.records[0]?.ok === true && "userIdentity" in parsed.records[0].value).toBe(false);
  expect(parsed).toMatchObject({ records: [{ ok: true }] });
});

test("fields of later versions and of tumbling windows are ignored", () => {
  const record = sampleStreamRecord({ ItemCollection: 1 }, { eventVersion: "2.0", shard: {} });
  const event = {
    Records: [record],
    window: { start: "a", end: "b" },
    state: {},
    shardId: "s",
    isFinalInvokeForWindow: true,
  };
  expect(parseStreamEvent(event)).toMatchObject({ ok: true, records: [{ ok: true }] });
  expect(parseStreamEvent({ ...event, Records: [] })).toEqual({ ok: true, records: [] });
});

test.each<[string, object, object, string]>([
  ["an event name never seen", {}, { eventName: "UPSERT" }, "Records[0].eventName"],
  ["no keys", { Keys: undefined }, {}, "Records[0].dynamodb.Keys"],
  ["an image that is none", { NewImage: "x" }, {}, "Records[0].dynamodb.NewImage"],
  ["a number as a number", { OldImage: { n: { N: 1 } } }, {}, "Records[0].dynamodb.OldImage.n.N"],
  ["a sequence number as a number", { SequenceNumber: 111 }, {}, "Records[0].dynamodb.SequenceNumber"],
  ["a time as text", { ApproximateCreationDateTime: "2024" }, {}, "Records[0].dynamodb.ApproximateCreationDateTime"],
  ["no change", {}, { dynamodb: undefined }, "Records[0].dynamodb"],
])("a record with %s is refused by its id, its neighbour read", (_, dynamodb, overrides, path) => {
  expect(parse(sampleStreamRecord(dynamodb, overrides), sampleStreamRecord())).toMatchObject({
    ok: true,
    records: [
      { ok: false, index: 0, id: "event-1", issues: [{ path }] },
      { ok: true, index: 1 },
    ],
  });
});

test("a record without an event id is refused without an id", () => {
  const parsed = parse(sampleStreamRecord({}, { eventID: undefined }));
  expect(parsed).toMatchObject({ records: [{ ok: false, issues: [{ path: "Records[0].eventID" }] }] });
  expect(parsed.ok && parsed.records[0]?.id).toBeUndefined();
});

test("an event of another source is none of a stream", () => {
  expect(parse(sampleSqsRecord())).toEqual({
    ok: false,
    issues: [{ path: "Records[0].eventSource", expected: "aws:dynamodb", received: '"aws:sqs"' }],
  });
});

test("whatever takes the place of a field, the answer is records or issues, never a throw", () => {
  const field = fc.constantFrom(...Object.keys(sampleStreamRecord().dynamodb));
  fc.assert(
    fc.property(field, fc.jsonValue(), (name, value) => {
      const parsed = parse(sampleStreamRecord({ [name]: value }));
      const record = parsed.ok ? parsed.records[0] : undefined;
      expect(record).toBeDefined();
      if (record?.ok === false) expect(record.issues[0]?.path).toContain(`Records[0].dynamodb.${name}`);
    }),
    { numRuns: 500 },
  );
});
