import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareSequencers, parseS3Event, type ObjectEvent } from "./s3.ts";
import { sampleS3Record, sampleSqsRecord } from "./testing.ts";

function parseOne(object: object, overrides: object = {}): ObjectEvent {
  const parsed = parseS3Event({ Records: [sampleS3Record(object, overrides)] });
  const record = parsed.ok ? parsed.records[0] : undefined;
  if (record?.ok !== true) throw new Error(JSON.stringify(parsed));
  return record.value;
}

test("an object that was put is read", () => {
  expect(parseOne({ key: "report.csv", versionId: "096fKKXTRTtl3on89fVO.nfljtsv6qko" })).toEqual({
    eventName: "ObjectCreated:Put",
    eventTime: "2024-03-01T08:30:00.250Z",
    region: "eu-central-2",
    bucket: "files",
    key: "report.csv",
    rawKey: "report.csv",
    size: 1024,
    eTag: "d41d8cd98f00b204e9800998ecf8427e",
    versionId: "096fKKXTRTtl3on89fVO.nfljtsv6qko",
    sequencer: "0065E1AB",
  });
});

test.each([
  ["a+b.csv", "a b.csv"],
  ["a%2Bb.csv", "a+b.csv"],
  ["100%25.csv", "100%.csv"],
  ["Z%C3%BCrich.csv", "Zürich.csv"],
  ["Zu%CC%88rich.csv", "Zu\u0308rich.csv"],
  ["%F0%9F%9A%AA", "🚪"],
  ["../x", "../x"],
  ["/leading", "/leading"],
  ["folder/", "folder/"],
  ["%00", "\0"],
])("the key %s is %j, and the raw one is kept", (rawKey, key) => {
  expect(parseOne({ key: rawKey })).toMatchObject({ key, rawKey });
});

const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0x10ffff })))
  .map((codePoints) => String.fromCodePoint(...codePoints));

test("any key that is encoded as S3 does comes back", () => {
  fc.assert(
    fc.property(anyText, (key) => {
      fc.pre(key !== "" && key.isWellFormed());
      expect(parseOne({ key: encodeURIComponent(key).replaceAll("%20", "+") }).key).toBe(key);
    }),
  );
});

test.each(["ObjectTagging:Put", "LifecycleTransition", "ObjectAcl:Put", "IntelligentTiering", "ObjectRestore:Delete"])(
  "an event named s3:%s is named without the prefix, which some of AWS's samples have",
  (eventName) => {
    expect(parseOne({}, { eventName: `s3:${eventName}` }).eventName).toBe(eventName);
    expect(parseOne({}, { eventName }).eventName).toBe(eventName);
  },
);

describe("what some events lack is left out, not refused", () => {
  test("a deletion has neither size nor eTag", () => {
    const event = parseOne({ size: undefined, eTag: undefined }, { eventName: "ObjectRemoved:Delete" });
    expect(Object.keys(event)).not.toContain("size");
    expect(Object.keys(event)).not.toContain("eTag");
  });

  test("a bucket without versions may say null", () => {
    expect(Object.keys(parseOne({ versionId: null }))).not.toContain("versionId");
  });

  test.each(["ObjectTagging:Put", "LifecycleExpiration:Delete", "Replication:OperationFailedReplication", "Later:New"])(
    "%s has no sequencer",
    (eventName) => {
      const extra = { eventName, eventVersion: "2.3", replicationEventData: {}, lifecycleEventData: {} };
      expect(parseOne({ sequencer: undefined }, extra)).toMatchObject({ eventName });
    },
  );

  test("an empty object has size 0", () => {
    expect(parseOne({ size: 0 }).size).toBe(0);
  });
});

test.each<[string, object, object, string]>([
  ["no key", { key: undefined }, {}, "Records[0].s3.object.key"],
  ["an empty key", { key: "" }, {}, "Records[0].s3.object.key"],
  ["half an escape in its key", { key: "100%" }, {}, "Records[0].s3.object.key"],
  ["a key that is not UTF-8", { key: "%FF" }, {}, "Records[0].s3.object.key"],
  ["a size as text", { size: "1024" }, {}, "Records[0].s3.object.size"],
  ["a negative size", { size: -1 }, {}, "Records[0].s3.object.size"],
  ["a time that is none", {}, { eventTime: "today" }, "Records[0].eventTime"],
  ["no s3", {}, { s3: undefined }, "Records[0].s3"],
  ["no bucket", {}, { s3: { object: { key: "a" } } }, "Records[0].s3.bucket"],
])("a record with %s is refused", (_, object, overrides, path) => {
  expect(parseS3Event({ Records: [sampleS3Record(object, overrides)] })).toMatchObject({
    ok: true,
    records: [{ ok: false, index: 0, issues: [{ path }] }],
  });
});

test("the test event that S3 sends when notifications are set up has no records", () => {
  const event = { Service: "Amazon S3", Event: "s3:TestEvent", Time: "2024-03-01T08:30:00Z", Bucket: "files" };
  expect(parseS3Event(event)).toEqual({ ok: true, records: [] });
});

test("an event of another source is none of a bucket", () => {
  expect(parseS3Event({ Records: [sampleSqsRecord()] })).toEqual({
    ok: false,
    issues: [{ path: "Records[0].eventSource", expected: "aws:s3", received: '"aws:sqs"' }],
  });
  for (const event of [{}, null, [], "x", { Records: null }]) expect(parseS3Event(event).ok).toBe(false);
});

describe("sequencers", () => {
  test.each<[string, string, number]>([
    ["0055AED6DCD90281E5", "0055AED6DCD90281E6", -1],
    ["0055AED6DCD90281E5", "0055aed6dcd90281e5", 0],
    ["00A0", "00A", 0],
    ["00A1", "00A", 1],
    ["00A", "00B", -1],
    ["0A", "00FFFF", 1],
  ])("%s and %s compare as %i", (a, b, order) => {
    expect(compareSequencers(a, b)).toBe(order);
    expect(compareSequencers(b, a)).toBe(0 - order);
  });

  test("compare as the hexadecimal fractions they are", () => {
    const hex = fc.stringMatching(/^[0-9A-Fa-f]{1,24}$/);
    const value = (text: string) => BigInt(`0x${text.padEnd(24, "0")}`);
    fc.assert(
      fc.property(hex, hex, (a, b) => {
        const difference = value(a) - value(b);
        expect(compareSequencers(a, b)).toBe(difference === 0n ? 0 : difference < 0n ? -1 : 1);
      }),
    );
  });
});
