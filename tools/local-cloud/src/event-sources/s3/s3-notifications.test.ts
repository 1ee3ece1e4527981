import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { createBuckets } from "../../emulators/fauxqs-buckets.ts";
import { startFauxqs, type Fauxqs } from "../../emulators/fauxqs.ts";
import type { NotificationDefinition } from "../../graph/graph.ts";
import { encodeObjectKey } from "./object-event.ts";
import { createS3Notifications } from "./s3-notifications.ts";
import { scriptLambda } from "../../../test/scripted-lambda.ts";

const QUEUE = "arn:aws:sqs:eu-central-2:000000000000:inbox";
const TOPIC = "arn:aws:sns:eu-central-2:000000000000:alerts";
const SUBJECT = "Amazon S3 Notification";
const rule: NotificationDefinition = {
  id: "on-upload",
  bucket: "uploads",
  targetArn: "arn:aws:lambda:eu-central-2:000000000000:function:ingest",
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
  const sent: [targetArn: string, body: string, subject?: string | undefined][] = [];
  const start = async (notifications: readonly Partial<NotificationDefinition>[]) => {
    const started = createS3Notifications({
      notifications: notifications.map((part) => ({ ...rule, ...part })),
      buckets,
      lambda,
      queues: { send: (queueArn, { body }) => void sent.push([queueArn, body]) },
      topics: { publish: (topicArn, { body, subject }) => sent.push([topicArn, body, subject]).toString() },
      state,
      region: "eu-central-2",
    });
    await started.start();
    return started;
  };
  const state = new DatabaseSync(":memory:");
  const source = await start(rules);
  return { buckets, lambda, source, sent, s3: fauxqs.s3, restart: start };
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
    const { lambda } = await withRules({}, { targetArn: QUEUE });
    await new Promise(setImmediate);
    expect(lambda.payloads).toEqual([]);
  });

  // AWS: notification-content-structure.
  test("send each queue and topic of a bucket one s3:TestEvent", async () => {
    const { sent } = await withRules(
      { targetArn: QUEUE },
      { targetArn: QUEUE, prefix: "in/" },
      { targetArn: TOPIC },
      { targetArn: TOPIC, bucket: "rejects" },
    );
    expect(sent.map(([targetArn, , subject]) => [targetArn, subject])).toEqual([
      [QUEUE, undefined],
      [TOPIC, SUBJECT],
      [TOPIC, SUBJECT],
    ]);
    expect(JSON.parse(sent[0]?.[1] ?? "")).toEqual({
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      Bucket: "uploads",
      RequestId: expect.stringMatching(/^[\dA-F]{16}$/),
      HostId: expect.any(String),
    });
    expect(sent.map(([, body]) => JSON.parse(body).Bucket)).toEqual(["uploads", "uploads", "rejects"]);
  });

  test("send none at a restart, unless the bucket's configuration is another one", async () => {
    const { sent, restart } = await withRules({ targetArn: QUEUE });
    sent.length = 0;
    await restart([{ targetArn: QUEUE }]);
    expect(sent).toEqual([]);
    await restart([{ targetArn: QUEUE }, { targetArn: TOPIC }]);
    expect(sent.map(([targetArn]) => targetArn)).toEqual([QUEUE, TOPIC]);
  });

  // Recorded.
  test("go to a queue as a message, to a topic with S3's subject, and to each consumer of a bucket", async () => {
    const { buckets, sent, lambda, source } = await withRules(
      { id: "to-queue", targetArn: QUEUE, suffix: ".csv" },
      { id: "to-topic", targetArn: TOPIC, prefix: "in/" },
      { id: "to-function", suffix: ".gz" },
    );
    sent.length = 0;
    buckets.put("uploads", "in/a.csv", "x");
    buckets.put("uploads", "b.gz", "x");
    expect(sent.map(([targetArn, , subject]) => [targetArn, subject])).toEqual([
      [QUEUE, undefined],
      [TOPIC, SUBJECT],
    ]);
    const record = (configurationId: string, key: string) => ({
      Records: [{ eventName: "ObjectCreated:Put", s3: { configurationId, object: { key } } }],
    });
    expect(sent.map(([, body]) => JSON.parse(body))).toMatchObject([
      record("to-queue", "in/a.csv"),
      record("to-topic", "in/a.csv"),
    ]);
    expect(lambda.payloads.map((payload) => JSON.parse(payload))).toMatchObject([record("to-function", "b.gz")]);
    expect(source.status().map(({ target, records }) => [target, records])).toEqual([
      [QUEUE, 1],
      [TOPIC, 1],
      ["ingest", 1],
    ]);
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
