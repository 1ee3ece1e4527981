import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSqsEvent, sentAtOf } from "./sqs.ts";
import { sampleS3Record, sampleSqsRecord, sampleStreamRecord } from "./testing.ts";

const parseOne = (overrides: object) => parseSqsEvent({ Records: [sampleSqsRecord(overrides)] });

test("a message of a standard queue is read", () => {
  expect(parseOne({ body: "not JSON" })).toEqual({
    ok: true,
    records: [
      {
        ok: true,
        index: 0,
        id: "message-1",
        value: {
          messageId: "message-1",
          receiptHandle: "receipt-1",
          body: "not JSON",
          receiveCount: 1,
          eventSourceArn: "arn:aws:sqs:eu-central-2:000000000000:jobs",
          attributes: sampleSqsRecord().attributes,
          messageAttributes: {},
        },
      },
    ],
  });
});

test.each<[string, number | undefined]>([
  ["1709281800250", 1_709_281_800_250],
  ["0", 0],
  ["999999999999999", 999_999_999_999_999],
  ["1000000000000000", undefined],
  ["", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["1e12", undefined],
  ["١٢", undefined],
  ["2024-03-01T08:30:00Z", undefined],
])("a message that says it was sent at %j was sent at %j", (SentTimestamp, sentAt) => {
  const parsed = parseOne({ attributes: { ...sampleSqsRecord().attributes, SentTimestamp } });
  const record = parsed.ok ? parsed.records[0] : undefined;
  if (record?.ok !== true) throw new Error(JSON.stringify(parsed));
  expect(sentAtOf(record.value)).toBe(sentAt);
});

test("a message of a FIFO queue keeps its group, its deduplication id and its sequence number", () => {
  const fifo = {
    MessageGroupId: "ITEM-1",
    MessageDeduplicationId: "dedup-1",
    SequenceNumber: "18849496460467696128",
    AWSTraceHeader: "Root=1-5e1b4151",
    DeadLetterQueueSourceArn: "arn:aws:sqs:eu-central-2:000000000000:jobs",
  };
  const attributes = { ...sampleSqsRecord().attributes, ...fifo };
  expect(parseOne({ attributes })).toMatchObject({ records: [{ ok: true, value: { attributes } }] });
});

test("message attributes of every type are read, nulls and reserved lists left out", () => {
  const messageAttributes = JSON.parse(`{
    "text": { "stringValue": "a", "stringListValues": [], "binaryListValues": [], "dataType": "String" },
    "cents": { "stringValue": "12.5", "binaryValue": null, "dataType": "Number.cents" },
    "image": { "stringValue": null, "binaryValue": "iVBORw==", "dataType": "Binary.png" },
    "__proto__": { "stringValue": "b", "dataType": "String" }
  }`) as unknown;
  const parsed = parseOne({ messageAttributes });
  const record = parsed.ok ? parsed.records[0] : undefined;
  const attributes = record?.ok === true ? Object.entries(record.value.messageAttributes) : [];
  expect(attributes).toEqual([
    ["text", { dataType: "String", stringValue: "a" }],
    ["cents", { dataType: "Number.cents", stringValue: "12.5" }],
    ["image", { dataType: "Binary.png", binaryValue: "iVBORw==" }],
    ["__proto__", { dataType: "String", stringValue: "b" }],
  ]);
});

test.each([
  ["an empty body", { body: "" }],
  ["no MD5", { md5OfBody: undefined }],
  ["null MD5s", { md5OfBody: null, md5OfMessageAttributes: null }],
  ["no message attributes", { messageAttributes: undefined }],
  ["null message attributes", { messageAttributes: null }],
  ["fields that AWS may add", { tenant: { id: 1 }, attributes: { ...sampleSqsRecord().attributes, Weight: 3 } }],
])("a message with %s is a message", (_, overrides) => {
  expect(parseOne(overrides)).toMatchObject({ ok: true, records: [{ ok: true }] });
});

test.each<[string, object, object]>([
  ["no body", { body: undefined }, { path: "Records[0].body", expected: "string", received: "nothing" }],
  ["a body that is no text", { body: { a: 1 } }, { path: "Records[0].body", expected: "string", received: "object" }],
  ["no receipt handle", { receiptHandle: undefined }, { path: "Records[0].receiptHandle" }],
  ["no attributes", { attributes: undefined }, { path: "Records[0].attributes" }],
  [
    "a receive count that is none",
    { attributes: { ...sampleSqsRecord().attributes, ApproximateReceiveCount: "many" } },
    { path: "Records[0].attributes.ApproximateReceiveCount", expected: "a whole number as text", received: '"many"' },
  ],
  [
    "no time at which it was sent",
    { attributes: { ApproximateReceiveCount: "1" } },
    { path: "Records[0].attributes.SentTimestamp", expected: "string", received: "nothing" },
  ],
  [
    "a number for the time at which it was sent",
    { attributes: { ApproximateReceiveCount: "1", SentTimestamp: 1_709_281_800_250 } },
    { path: "Records[0].attributes.SentTimestamp", expected: "string", received: "1709281800250" },
  ],
  [
    "an attribute without a type",
    { messageAttributes: { "x-y": {} } },
    { path: 'Records[0].messageAttributes["x-y"].dataType' },
  ],
  ["message attributes in a list", { messageAttributes: [] }, { path: "Records[0].messageAttributes" }],
])("a message with %s is refused by its id", (_, overrides, issue) => {
  expect(parseOne(overrides)).toMatchObject({
    ok: true,
    records: [{ ok: false, index: 0, id: "message-1", issues: [issue] }],
  });
});

test("a bad record does not spoil its neighbours, and one without an id says so by having none", () => {
  const Records = [
    sampleSqsRecord(),
    { eventSource: "aws:sqs" },
    null,
    sampleS3Record(),
    sampleSqsRecord({ messageId: "m5" }),
  ];
  const parsed = parseSqsEvent({ Records });
  expect(parsed.ok && parsed.records.map(({ ok, index, id }) => [ok, index, id])).toEqual([
    [true, 0, "message-1"],
    [false, 1, undefined],
    [false, 2, undefined],
    [false, 3, undefined],
    [true, 4, "m5"],
  ]);
});

test("an empty batch is an event without records", () => {
  expect(parseSqsEvent({ Records: [] })).toEqual({ ok: true, records: [] });
});

test.each<[string, unknown, object]>([
  ["null", null, { path: "", expected: "an event of aws:sqs", received: "null" }],
  ["a string", "event", { path: "", received: '"event"' }],
  ["an array", [], { path: "", received: "array of 0" }],
  ["an empty object", {}, { path: "Records", expected: "an array of aws:sqs records", received: "nothing" }],
  ["null records", { Records: null }, { path: "Records", received: "null" }],
  ["records by name", { Records: { 0: sampleSqsRecord() } }, { path: "Records", received: "object" }],
  [
    "an event of a bucket",
    { Records: [sampleS3Record()] },
    { path: "Records[0].eventSource", expected: "aws:sqs", received: '"aws:s3"' },
  ],
  ["an event of a stream", { Records: [sampleStreamRecord()] }, { received: '"aws:dynamodb"' }],
  ["an event of a topic", { Records: [{ EventSource: "aws:sns", Sns: {} }] }, { received: '"aws:sns"' }],
  ["numbers", { Records: [1, 2] }, { path: "Records[0].eventSource", received: "nothing" }],
])("%s is no event of a queue", (_, event, issue) => {
  expect(parseSqsEvent(event)).toMatchObject({ ok: false, issues: [issue] });
});

test("whatever takes the place of a field, the answer is records or issues, never a throw", () => {
  const field = fc.constantFrom(...Object.keys(sampleSqsRecord()));
  fc.assert(
    fc.property(field, fc.jsonValue(), (name, value) => {
      const parsed = parseOne({ [name]: value });
      if (!parsed.ok) expect(name).toBe("eventSource");
      else if (parsed.records[0]?.ok === false)
        expect(parsed.records[0].issues[0]?.path).toContain(`Records[0].${name}`);
      else expect(parsed.records).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), (event) => {
      expect(typeof parseSqsEvent(event).ok).toBe("boolean");
    }),
  );
});
