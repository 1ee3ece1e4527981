import { afterEach, describe, expect, test } from "vitest";
import { createBuckets } from "../../emulators/fauxqs-buckets.ts";
import { startFauxqs, type Fauxqs } from "../../emulators/fauxqs.ts";
import type { NotificationDefinition } from "../../graph/graph.ts";
import { encodeObjectKey } from "./object-event.ts";
import { createS3Notifications } from "./s3-notifications.ts";
import { scriptLambda } from "../../../test/scripted-lambda.ts";

const rule: NotificationDefinition = {
  id: "on-upload",
  bucket: "uploads",
  functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:ingest",
  functionName: "ingest",
  events: ["s3:ObjectCreated:*"],
  prefix: "",
  suffix: "",
};

let fauxqs: Fauxqs | undefined;
afterEach(async () => {
  await fauxqs?.stop();
  fauxqs = undefined;
});

async function withRules(...rules: Partial<NotificationDefinition>[]) {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:0", region: "eu-central-2" });
  const buckets = createBuckets(
    fauxqs.s3,
    ["uploads", "rejects"].map((name) => ({ name, arn: `arn:aws:s3:::${name}`, component: name })),
  );
  const lambda = scriptLambda(() => undefined);
  const source = createS3Notifications({
    notifications: rules.map((part) => ({ ...rule, ...part })),
    buckets,
    lambda,
    region: "eu-central-2",
  });
  await source.start();
  return { buckets, lambda, source, s3: fauxqs.s3 };
}

describe("S3 notifications", () => {
  test("invoke the function with the record of a PUT", async () => {
    const { buckets, lambda } = await withRules({});
    buckets.put("uploads", "in/red flower (1).csv", "hello");
    expect(lambda.batches).toEqual([
      [
        {
          eventVersion: "2.1",
          eventSource: "aws:s3",
          awsRegion: "eu-central-2",
          eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          eventName: "ObjectCreated:Put",
          userIdentity: { principalId: expect.any(String) },
          requestParameters: { sourceIPAddress: "127.0.0.1" },
          responseElements: { "x-amz-request-id": expect.any(String), "x-amz-id-2": expect.any(String) },
          s3: {
            s3SchemaVersion: "1.0",
            configurationId: "on-upload",
            bucket: {
              name: "uploads",
              ownerIdentity: { principalId: expect.any(String) },
              arn: "arn:aws:s3:::uploads",
            },
            object: {
              key: "in/red+flower+%281%29.csv",
              size: 5,
              eTag: "5d41402abc4b2a76b9719d911017c592",
              sequencer: expect.stringMatching(/^[0-9A-F]+$/),
            },
          },
        },
      ],
    ]);
  });

  test("send a function no s3:TestEvent, which is for queues and topics", async () => {
    const { lambda } = await withRules({}, { events: ["s3:ObjectRemoved:*"] });
    await new Promise(setImmediate);
    expect(lambda.payloads).toEqual([]);
  });

  test("of a deletion have neither size nor eTag", async () => {
    const { buckets, lambda, s3 } = await withRules({ events: ["s3:ObjectRemoved:Delete"] });
    buckets.put("uploads", "a.csv", "x");
    s3.deleteObject("uploads", "a.csv");
    expect(lambda.batches).toHaveLength(1);
    expect(lambda.batches[0]?.[0]).toMatchObject({
      eventName: "ObjectRemoved:Delete",
      s3: { object: { key: "a.csv", sequencer: expect.any(String) } },
    });
    expect(lambda.payloads[0]).not.toContain("eTag");
  });

  test("of tags have an eTag, but neither size nor sequencer, and go where they are asked for", async () => {
    const { buckets, lambda, s3 } = await withRules(
      { events: ["s3:ObjectTagging:*"] },
      { events: ["s3:ObjectTagging:Delete"] },
      { events: ["s3:ObjectCreated:Post"] },
    );
    buckets.put("uploads", "a.csv", "hello");
    s3.putTags("uploads", "a.csv", new Map([["k", "v"]]));
    s3.deleteTags("uploads", "a.csv");
    const record = (eventName: string) => ({
      eventVersion: "2.3",
      eventName,
      s3: { object: { key: "a.csv", eTag: "5d41402abc4b2a76b9719d911017c592" } },
    });
    expect(lambda.batches).toMatchObject([
      [record("ObjectTagging:Put")],
      [record("ObjectTagging:Delete")],
      [record("ObjectTagging:Delete")],
    ]);
    for (const payload of lambda.payloads) expect(payload).not.toMatch(/"(size|sequencer)"/);
  });

  test("stay away for other buckets, events, prefixes and suffixes", async () => {
    const { buckets, lambda } = await withRules(
      { bucket: "rejects" },
      { events: ["s3:ObjectRemoved:*"] },
      { events: ["s3:ObjectCreated:Copy"] },
      { prefix: "in/" },
      { suffix: ".gz" },
    );
    buckets.put("uploads", "a.csv", "x");
    expect(lambda.payloads).toEqual([]);
  });

  test("need prefix and suffix to match, and go to every rule that does", async () => {
    const { buckets, lambda, source } = await withRules(
      { id: "both", prefix: "in/", suffix: ".csv" },
      { id: "exact", events: ["s3:ObjectCreated:Put"] },
    );
    buckets.put("uploads", "in/a.csv", "x");
    buckets.put("uploads", "out/a.csv", "x");
    expect(lambda.payloads).toHaveLength(3);
    expect(source.status().map(({ uuid, records }) => [uuid, records])).toEqual([
      ["both", 1],
      ["exact", 2],
    ]);
  });

  test("end with stop", async () => {
    const { buckets, lambda, source } = await withRules({});
    await source.stop();
    buckets.put("uploads", "a.csv", "x");
    expect(lambda.payloads).toEqual([]);
  });

  test("that find no function leave the object stored and the reason in the status", async () => {
    const { buckets, lambda, source, s3 } = await withRules({});
    lambda.invokeAsync = () => {
      throw new Error("Function not found: ingest");
    };
    buckets.put("uploads", "a.csv", "x");
    expect(s3.headObject("uploads", "a.csv").contentLength).toBe(1);
    expect(source.status()[0]).toMatchObject({ failures: 1, problem: expect.stringContaining("not found") });
  });
});

describe("a key in an event", () => {
  test.each([
    ["a b.csv", "a+b.csv"],
    ["a+b.csv", "a%2Bb.csv"],
    ["dir/ä.csv", "dir/%C3%A4.csv"],
    ["50%.csv", "50%25.csv"],
    ["it's (1)!~*.csv", "it%27s+%281%29%21%7E*.csv"],
  ])("%s is written %s and decodes back", (key, written) => {
    expect(encodeObjectKey(key)).toBe(written);
    expect(decodeURIComponent(written.replaceAll("+", " "))).toBe(key);
  });
});
