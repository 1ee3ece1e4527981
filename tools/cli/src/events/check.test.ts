import { SAMPLE_NAMES, sampleEvent } from "@doorbell/aws-events/sample-events";
import { sampleStreamRecord } from "@doorbell/aws-events/testing";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { checkEvent, eventsCheck } from "./check.ts";

const check = (event: unknown, source?: string) => checkEvent(JSON.stringify(event), source);

const SOURCES: Record<string, string> = {
  s3: "s3",
  "s3-sqs": "s3",
  "s3-sns": "s3",
  "s3-sns-sqs": "s3",
  "s3-sns-sqs-raw": "s3",
  "s3-eventbridge": "s3",
  sqs: "sqs",
  "sqs-fifo": "sqs",
  sns: "sns",
  dynamodb: "dynamodb",
  eventbridge: "eventbridge",
};

test.each(SAMPLE_NAMES)("the source of a sample of %s is found, and nothing is wrong with it", (name) => {
  const checked = check(sampleEvent(name, { seed: 7 }));
  expect(checked).toMatchObject({ source: SOURCES[name], issues: [] });
  expect(checked.records).toHaveLength(1);
});

test("a test event of S3 is one of S3, without records", () => {
  const event = { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "uploads" };
  expect(check(event)).toEqual({ source: "s3", records: [], issues: [] });
});

test("a source that is given wins over the one that is found", () => {
  expect(check(sampleEvent("sqs"), "s3")).toMatchObject({
    source: "s3",
    issues: [{ path: "Records[0].body.Records" }],
  });
});

test("a source of the project's own is asked before AWS's, and is the one that is read", () => {
  const own = {
    parcels: {
      isIt: (event: unknown) => JSON.stringify(event).includes("parcel"),
      read: (_: unknown, body: string) =>
        ({ ok: true, records: [{ ok: true, value: body.length, index: 0 }] }) as const,
    },
  };
  const body = JSON.stringify(sampleEvent("sqs", { subjects: { bodies: ["parcel-1"] } }));
  expect(checkEvent(body, undefined, own)).toMatchObject({ source: "parcels", records: [{ value: body.length }] });
  expect(checkEvent(body, "sqs", own)).toMatchObject({ source: "sqs" });
  expect(checkEvent("{}", undefined, own).issues[0]?.expected).toContain("eventbridge, parcels by --source");
});

test("the window of a stream event is read as well", () => {
  const window = { start: "2024-03-01T08:30:00Z", end: "2024-03-01T08:35:00Z" };
  const rest = { window, state: { 1: "a" }, shardId: "s", eventSourceARN: "arn", isFinalInvokeForWindow: true };
  expect(check({ Records: [], ...rest })).toMatchObject({ source: "dynamodb", issues: [], records: [{ ok: true }] });
  const wrong = { Records: [sampleStreamRecord()], ...rest, window: { start: "noon", end: 5 } };
  expect(check(wrong).issues.map(({ path }) => path)).toEqual(["window.start", "window.end"]);
});

test("an event that tells no source is shown for what it is, and so is where a text stops to be JSON", () => {
  const received = (text: string) => checkEvent(text).issues[0]?.received;
  expect(received('{"Records":[{"eventSource":"aws:kinesis"}]}')).toBe('records of "aws:kinesis"');
  expect(received('{"Records":[],"more":1}')).toBe("an object with Records, more");
  expect(received("{}")).toBe("an object with no fields");
  expect(received('{"Records":')).toContain("Unexpected end of JSON input");
});

test("a file may begin with a byte order mark", async () => {
  const folder = mkdtempSync(join(tmpdir(), "events-check-"));
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const file = join(folder, "event.json");
    writeFileSync(file, `\ufeff${JSON.stringify(sampleEvent("sqs"))}`);
    await eventsCheck(file, {});
    expect(write).toHaveBeenCalledWith(expect.stringContaining('"source": "sqs"'));
  } finally {
    write.mockRestore();
    rmSync(folder, { recursive: true });
  }
});

test("an event that nests too deeply to be printed is no crash", async () => {
  const folder = mkdtempSync(join(tmpdir(), "events-check-"));
  try {
    const file = join(folder, "event.json");
    const event = JSON.stringify(sampleEvent("eventbridge"));
    writeFileSync(file, event.replace('"detail":{}', `"detail":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`));
    await expect(eventsCheck(file, {})).rejects.toThrow("nests too deeply to be printed");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a source that is none is told before the file is read", async () => {
  await expect(eventsCheck("/nowhere.json", { source: "s4" })).rejects.toThrow(/no source named s4; there are s3, sqs/);
});

test.each([
  ["no JSON", "{"],
  ["a list", "[]"],
  ["no event", "{}"],
  ["text", '"x"'],
])("%s is an event of no source", (_, text) => {
  expect(checkEvent(text)).toMatchObject({ source: undefined, issues: [{ path: "" }] });
});
