import { PurgeQueueCommand, ReceiveMessageCommand, DeleteQueueCommand } from "@aws-sdk/client-sqs";
import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { DeleteBucketCommand, DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { badFile } from "@doorbell/ops/demo/bad-file";
import { UPLOAD_NOT_TAKEN_PATTERN } from "@doorbell/upload-ingest/log-events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { alarmNames, type Reported } from "./support/alarm-watch.ts";
import { cancellation, change, order } from "./support/service-events.ts";
import {
  denied,
  hangs,
  missingTable,
  outage,
  prefix,
  type Service,
  SERVICES,
  startTroubledCloud,
  throttlesOnce,
  TIME_SCALE,
} from "./support/troubled-cloud.ts";

// Each alarm of production rings once what it is for happens in the local cloud; the figures are those that come out of it.

type TroubledCloud = Awaited<ReturnType<typeof startTroubledCloud>>;
let on: TroubledCloud;
const rung = new Set<string>();

beforeAll(async () => void (on = await startTroubledCloud()), 120_000);
afterAll(() => on?.stop());
beforeEach(() => on.watch.begin());
/** What the tests before have set going would take the few environments of a function. */
const settles = () => on.cloud.waitUntilIdle(60_000);
afterEach(() => {
  for (const service of SERVICES) on.interfere(service);
});

/** Expects that these alarms ring, and counts them as seen. */
function expectToRing(...names: readonly string[]): void {
  expect(on.watch.ringing()).toEqual(expect.arrayContaining([...names]));
  for (const name of names) rung.add(name);
}

const ofFunction = (service: Service, name: string, value: number): Reported => ({
  namespace: "AWS/Lambda",
  name,
  dimensions: { FunctionName: prefix + service },
  value,
});
const lines = (service: Service) => on.cloud.lambda.logs(prefix + service).map(({ line }) => line);
const depthOf = async (queue: string) =>
  (await on.cloud.status()).queues.find(({ name }) => name === prefix + queue)?.visible ?? 0;
const ageOf = (sentAt: number) => (Date.now() - sentAt) / TIME_SCALE;

describe("while all is well", () => {
  test("no alarm rings", async () => {
    await on.put("known.ndjson", [order(on.unique("FILE")), order(on.unique("FILE"))].join("\n"));
    await Promise.all(Array.from({ length: 20 }, () => on.sendOrder()));
    await on.cloud.waitUntilIdle(60_000);
    const counted = (await on.cloud.status()).metrics;
    const services = counted.filter(({ name }) => name === "Records").map(({ dimensions }) => dimensions["service"]);
    expect(new Set(services)).toEqual(new Set(SERVICES));
    // Ages and durations are not scaled here, where nothing is waited for: this machine may be busy.
    on.watch.begin();
    await on.watch.pass(
      1,
      ...counted.map(({ sum, maximum, unit, ...name }) => ({ ...name, value: unit === "Count" ? sum : maximum })),
    );
    expect(on.watch.ringing()).toEqual([]);
  });

  test("silence of a day rings", async () => {
    await on.watch.pass(24 * 60);
    expectToRing("upload-ingest-silent");
  });
});

describe("what is down, denied or gone", () => {
  beforeEach(settles);

  test.each(["order-queue", "change-audit"] as const)(
    "makes %s ring, though the function succeeds",
    async (service) => {
      for (const interference of [outage, denied, missingTable]) {
        on.interfere(service, interference);
        const { payload, functionError } = await on.invoke(service, on.goodEvent(service, 3));
        expect(functionError).toBeUndefined();
        expect(JSON.parse(payload)).toMatchObject({ batchItemFailures: expect.arrayContaining([expect.anything()]) });
        await on.watch.pass();
      }
      expectToRing(`${service}-failing`);
      expect(on.watch.ringing()).not.toContain(`${service}-errors`);
    },
  );

  test("makes upload-ingest ring at the third try of an event, which is then given up", async () => {
    on.interfere("upload-ingest", denied);
    const passes: Promise<void>[] = [];
    const stop = on.cloud.lambda.onInvocation(() => passes.push(on.watch.pass()));
    await on.put(`${on.unique("denied")}.ndjson`, order(on.unique("FILE")));
    await on.cloud.waitUntilIdle(60_000);
    stop();
    await Promise.all(passes);
    expect(passes).toHaveLength(3);
    // Lambda counts an event as dropped once it has given it up, its record delivered or not.
    await on.watch.pass(1, ofFunction("upload-ingest", "AsyncEventsDropped", await depthOf("UploadFailuresQueue")));
    expectToRing("upload-ingest-failing", "upload-ingest-dropped", "upload-ingest-given-up");
    await on.clients.sqs.send(new PurgeQueueCommand({ QueueUrl: on.nameOf("UPLOAD_FAILURES_QUEUE_URL") }));
  });

  test("makes a message that comes again and again ring for its age", async () => {
    on.interfere("order-queue", denied);
    const old = Promise.withResolvers<void>();
    const sentAt = Date.now();
    const stop = on.cloud.lambda.onInvocation(() => void (ageOf(sentAt) > 700_000 && old.resolve()));
    await on.sendOrder();
    await old.promise;
    stop();
    await on.watch.pass();
    expectToRing("order-queue-overdue");
    on.interfere("order-queue");
    await on.cloud.waitUntilIdle(60_000);
  });

  test("makes changes ring that wait, and those that are given up", async () => {
    on.interfere("change-audit", hangs);
    await on.sendOrder();
    await vi.waitFor(
      async () => {
        const { mappings } = await on.cloud.status();
        expect(mappings.find(({ kind }) => kind === "dynamodb")?.iteratorAgeMs).toBeGreaterThan(600_000 * TIME_SCALE);
        await on.watch.pass();
      },
      { timeout: 60_000, interval: 100 },
    );
    expectToRing("change-audit-late");
    on.interfere("change-audit", denied);
    await on.cloud.waitUntilIdle(60_000);
    await on.watch.pass();
    expectToRing("change-audit-given-up");
  });
});

describe("records of which a part", () => {
  beforeEach(settles);

  test.each(SERVICES)("fails make %s ring after a quarter of an hour", async (service) => {
    for (let period = 0; period < 3; period += 1) {
      await on.invoke(service, on.goodEvent(service, 40));
      on.interfere(service, denied);
      await on.invoke(service, on.goodEvent(service, 20));
      on.interfere(service);
      await on.watch.pass(5);
    }
    expectToRing(`${service}-retrying`);
    expect(on.watch.ringing()).not.toContain(`${service}-failing`);
  });

  test("can never succeed make each service ring, and are parked where there is a place", async () => {
    for (let sent = 0; sent < 12; sent += 1) await on.sendMessage(`no event ${sent}`);
    await Promise.all(Array.from({ length: 12 }, () => on.sendOrder()));
    const unversioned = Array.from({ length: 12 }, () => change({ id: { S: on.unique("BAD") } }));
    await on.invoke("change-audit", { Records: unversioned });
    const unreadable = on.goodEvent("upload-ingest", 12).Records.map((record) => ({ ...Object(record), s3: "none" }));
    await on.invoke("upload-ingest", { Records: unreadable });
    await on.cloud.waitUntilIdle(60_000);
    await on.watch.pass();
    expectToRing(...SERVICES.map((service) => `${service}-rejected`), "order-queue-given-up", "change-audit-parked");
    await on.clients.sqs.send(new PurgeQueueCommand({ QueueUrl: on.nameOf("ORDERS_DLQ_URL") }));
  });
});

describe("a function", () => {
  beforeEach(settles);

  test.each(SERVICES)("%s rings when it is given what is no event of its source, five times", async (service) => {
    for (let times = 0; times < 5; times += 1) await on.invoke(service, { not: "an event" });
    await on.watch.pass();
    expectToRing(`${service}-errors`);
  });

  test("rings when what it calls hangs: its batch takes nearly all of its time", async () => {
    for (const service of SERVICES) on.interfere(service, hangs);
    await Promise.all(SERVICES.map((service) => on.invoke(service, on.goodEvent(service))));
    await on.watch.pass();
    expectToRing(...SERVICES.map((service) => `${service}-slow`));
  });

  test("rings when there is no environment for it, for five minutes", async () => {
    for (const service of SERVICES) on.interfere(service, () => delay(300, undefined));
    for (let minute = 0; minute < 5; minute += 1) {
      const invocations = SERVICES.flatMap((service) =>
        [1, 2, 3, 4].map(() => on.invoke(service, on.goodEvent(service))),
      );
      const refused = (await Promise.allSettled(invocations)).filter(({ status }) => status === "rejected");
      expect(refused.length).toBeGreaterThan(0);
      await on.watch.pass();
    }
    expectToRing(...SERVICES.map((service) => `${service}-throttled`));
  });

  test.each(SERVICES)("%s rings when a table of its is throttled, for five minutes", async (service) => {
    for (let minute = 0; minute < 5; minute += 1) {
      const throttles: Reported[] = [];
      on.interfere(
        service,
        throttlesOnce((body) => {
          const [TableName = ""] = new RegExp(`${prefix}\\w+Table`).exec(body) ?? [];
          throttles.push({
            namespace: "AWS/DynamoDB",
            name: "WriteThrottleEvents",
            dimensions: { TableName },
            value: 1,
          });
        }),
      );
      const { functionError } = await on.invoke(service, on.goodEvent(service));
      expect(functionError).toBeUndefined(); // The client tries again.
      await on.watch.pass(1, ...throttles);
    }
    expectToRing(`${service}-tables-throttled`);
  });
});

describe("what waits for a function", () => {
  beforeEach(settles);

  test("rings for a queue whose mapping was switched off", async () => {
    const { EventSourceMappings: [mapping] = [] } = await on.clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: `${prefix}order-queue` }),
    );
    const set = (Enabled: boolean) =>
      on.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.UUID, Enabled }));
    await set(false);
    await vi.waitFor(async () => {
      const { mappings } = await on.cloud.status();
      expect(mappings.find(({ kind }) => kind === "sqs")?.state).toBe("Disabled");
    });
    await on.sendOrder();
    const QueueUrl = on.nameOf("ORDERS_QUEUE_URL");
    const age = await vi.waitFor(
      async () => {
        const look = { QueueUrl, VisibilityTimeout: 0, MessageSystemAttributeNames: ["SentTimestamp" as const] };
        const { Messages: [message] = [] } = await on.clients.sqs.send(new ReceiveMessageCommand(look));
        const oldest = ageOf(Number(message?.Attributes?.SentTimestamp)) / 1_000;
        expect(oldest).toBeGreaterThan(600);
        return oldest;
      },
      { timeout: 60_000, interval: 500 },
    );
    const dimensions = { QueueName: `${prefix}OrdersQueue` };
    await on.watch.pass(1, { namespace: "AWS/SQS", name: "ApproximateAgeOfOldestMessage", dimensions, value: age });
    expectToRing("order-queue-late");
    await set(true);
    await on.cloud.waitUntilIdle(60_000);
  });

  test("rings for an event that Lambda cannot run for ten minutes", async () => {
    on.interfere("upload-ingest", hangs);
    const busy = async () => {
      for (let times = 0; times < 2; times += 1) await on.invoke("upload-ingest", on.goodEvent("upload-ingest"));
    };
    const lanes = [busy(), busy()];
    const key = `${on.unique("late")}.ndjson`;
    const started = Promise.withResolvers<number>();
    const stop = on.cloud.lambda.onInvocation(
      ({ event, startedAt }) => void (event.includes(key) && started.resolve(startedAt)),
    );
    const sentAt = Date.now();
    await on.put(key, order(on.unique("FILE")));
    await Promise.allSettled(lanes);
    on.interfere("upload-ingest");
    const age = ((await started.promise) - sentAt) / TIME_SCALE;
    stop();
    await on.watch.pass(1, ofFunction("upload-ingest", "AsyncEventAge", age));
    expectToRing("upload-ingest-late");
    await on.cloud.waitUntilIdle(60_000);
  });
});

describe("what partners send", () => {
  test("rings for refused lines, refused files and cancellations without an order", async () => {
    await on.put("bad.csv", badFile.text);
    await on.put("empty.csv", "");
    await on.sendMessage(JSON.stringify(cancellation(on.unique("NEVER"))));
    await on.cloud.waitUntilIdle(60_000);
    const search = { logGroupName: `/aws/lambda/${prefix}upload-ingest`, filterPattern: UPLOAD_NOT_TAKEN_PATTERN };
    const answer = await fetch(on.cloud.endpoint, {
      method: "POST",
      headers: {
        "x-amz-target": "Logs_20140328.FilterLogEvents",
        "content-type": "application/x-amz-json-1.1",
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${on.cloud.region}/logs/aws4_request, SignedHeaders=host, Signature=x`,
      },
      body: JSON.stringify(search),
    });
    const { events }: { events: unknown[] } = JSON.parse(await answer.text());
    const refused = { namespace: "doorbell/local", name: "RefusedUploads", dimensions: {}, value: events.length };
    await on.watch.pass(1, refused);
    expectToRing("upload-ingest-lines-rejected", "upload-ingest-uploads-refused", "order-queue-cancellations-waiting");
  });
});

describe("a failure destination that is gone", () => {
  test("rings for the changes, and for the event, that it cannot take", { timeout: 180_000 }, async () => {
    const soon = { timeout: 60_000, interval: 100 };
    on.interfere("change-audit", denied);
    const Bucket = on.nameOf("FAILURES_BUCKET");
    const { Contents = [] } = await on.clients.s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents) await on.clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await on.clients.s3.send(new DeleteBucketCommand({ Bucket }));
    await on.sendOrder();
    await vi.waitFor(async () => {
      const { mappings } = await on.cloud.status();
      expect(mappings.find(({ kind }) => kind === "dynamodb")?.problem).toMatch(/takes no failed batch/);
    }, soon);

    // The cloud has no figures any more once a queue of its graph is gone, so this comes last.
    on.interfere("upload-ingest", denied);
    await on.clients.sqs.send(new DeleteQueueCommand({ QueueUrl: on.nameOf("UPLOAD_FAILURES_QUEUE_URL") }));
    await on.put(`${on.unique("denied")}.ndjson`, order(on.unique("FILE")));
    const isTold = () => lines("upload-ingest").some((line) => line.includes("could not be delivered"));
    await vi.waitFor(() => expect(isTold()).toBe(true), soon);
    const failures = (["upload-ingest", "change-audit"] as const).map((service) =>
      ofFunction(service, "DestinationDeliveryFailures", 1),
    );
    on.watch.report(...failures);
    expectToRing("upload-ingest-undelivered", "change-audit-undelivered");
  });
});

test("every alarm of production has rung", () => {
  expect(alarmNames.filter((name) => !rung.has(name))).toEqual([]);
});
