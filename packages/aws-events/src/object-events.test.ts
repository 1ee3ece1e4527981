import { expect, test } from "vitest";
import { parseObjectEvents } from "./object-events.ts";
import { sampleBusEvent, sampleS3Record, sampleSnsBody, sampleSnsRecord, sampleSqsRecord } from "./testing.ts";

const fromQueue = (...bodies: string[]) =>
  parseObjectEvents({ Records: bodies.map((body, index) => sampleSqsRecord({ messageId: `m${index}`, body })) });
const s3 = (...records: object[]) => JSON.stringify({ Records: records });
const wrapped = (message: string) => JSON.stringify(sampleSnsBody(message));

test("a message may bring several objects, and they all carry its index and id", () => {
  expect(fromQueue("x", s3(sampleS3Record({ key: "a" }), sampleS3Record({ key: "b" })))).toMatchObject({
    records: [
      { ok: false, index: 0, id: "m0" },
      { ok: true, index: 1, id: "m1", value: { key: "a" } },
      { ok: true, index: 1, id: "m1", value: { key: "b" } },
    ],
  });
});

test("a test event of S3 brings nothing, by every way, and spoils nothing", () => {
  const notice = JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent" });
  const batch = fromQueue(notice, s3(sampleS3Record()), wrapped(notice));
  expect(batch).toMatchObject({ ok: true, records: [{ ok: true, index: 1 }] });
  expect(parseObjectEvents({ Records: [sampleSnsRecord({ Message: notice })] })).toEqual({ ok: true, records: [] });
});

test.each<[string, string, object]>([
  ["no JSON", "hello", { path: "Records[0].body", expected: "JSON" }],
  ["another event", "{}", { path: "Records[0].body.Records" }],
  ["no key", s3(sampleS3Record({ key: null })), { path: "Records[0].body.Records[0].s3.object.key" }],
  ["no JSON in a notification", wrapped("x"), { path: "Records[0].body.Message", expected: "JSON" }],
  [
    "no bucket in a notification",
    wrapped(s3(sampleS3Record({}, { s3: { object: { key: "a" } } }))),
    {
      path: "Records[0].body.Message.Records[0].s3.bucket",
    },
  ],
  [
    "a bus event of others",
    JSON.stringify(sampleBusEvent({}, { source: "aws.ec2" })),
    { path: "Records[0].body.source" },
  ],
  [
    "a bus event without a key",
    JSON.stringify(sampleBusEvent({ key: "" })),
    { path: "Records[0].body.detail.object.key" },
  ],
  ["a bus event at no time", JSON.stringify(sampleBusEvent({}, { time: "noon" })), { path: "Records[0].body.time" }],
  ["a bus event without an id", JSON.stringify(sampleBusEvent({}, { id: 5 })), { path: "Records[0].body.id" }],
  [
    "a bus event with a strange resource",
    JSON.stringify(sampleBusEvent({}, { resources: ["a", 1] })),
    {
      path: "Records[0].body.resources[1]",
    },
  ],
])("a message that holds %s names the place from the outside in; its neighbour is read", (_, body, issue) => {
  expect(fromQueue(body, s3(sampleS3Record()))).toMatchObject({
    ok: true,
    records: [
      { ok: false, index: 0, id: "m0", issues: [issue] },
      { ok: true, index: 1, id: "m1" },
    ],
  });
});

test("EventBridge does not encode keys", () => {
  expect(parseObjectEvents(sampleBusEvent({ key: "a+b %41.csv" }))).toMatchObject({
    records: [{ value: { key: "a+b %41.csv", rawKey: "a+b %41.csv" } }],
  });
});

test("notifications inside of notifications are opened, however many", () => {
  const body = wrapped(wrapped(wrapped(s3(sampleS3Record({ key: "deep" })))));
  expect(fromQueue(body)).toMatchObject({ records: [{ ok: true, value: { key: "deep" } }] });
});

test("an event without an S3 event anywhere is refused as a whole", () => {
  for (const event of [null, 5, {}, { Records: 1 }, { Records: [{}] }]) expect(parseObjectEvents(event).ok).toBe(false);
  expect(parseObjectEvents({ Records: [] })).toEqual({ ok: true, records: [] });
});
