import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startFauxqs, type Fauxqs } from "../emulators/fauxqs.ts";
import { createBuckets } from "../emulators/fauxqs-buckets.ts";
import { createQueues } from "../emulators/fauxqs-queues.ts";
import { createTopics } from "../emulators/fauxqs-topics.ts";
import type { QueueMapping } from "../graph/graph.ts";
import { createEventSources, type EventSources } from "./event-sources.ts";
import { scriptLambda } from "../../test/scripted-lambda.ts";

const orders = {
  name: "orders",
  arn: "arn:aws:sqs:eu-central-2:000000000000:orders",
  component: "Orders",
  visibilityTimeoutSeconds: 60,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  maximumMessageBytes: 1_048_576,
};
const orderQueue: QueueMapping = {
  uuid: "11111111-1111-4111-8111-111111111111",
  kind: "sqs",
  eventSourceArn: orders.arn,
  functionName: "order-queue",
  functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:order-queue",
  enabled: true,
  batchSize: 10,
  maximumBatchingWindowSeconds: 0,
  reportBatchItemFailures: true,
  filters: [],
};
const onUpload = {
  id: "on-upload",
  bucket: "uploads",
  targetArn: "arn:aws:lambda:eu-central-2:000000000000:function:upload-ingest",
  events: ["s3:ObjectCreated:*"],
  prefix: "",
  suffix: "",
};

let fauxqs: Fauxqs | undefined;
let running: EventSources | undefined;
afterEach(async () => {
  await running?.stop();
  await fauxqs?.stop();
  running = fauxqs = undefined;
});

async function create(mapping: Partial<QueueMapping> = {}, state = new DatabaseSync(":memory:")) {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:0", region: "eu-central-2" });
  const queues = createQueues(fauxqs.sqs, [orders]);
  const buckets = createBuckets(fauxqs.s3, [{ name: "uploads", arn: "arn:aws:s3:::uploads", component: "Uploads" }]);
  const lambda = scriptLambda(() => undefined);
  const eventSources = createEventSources({
    notifications: [onUpload],
    rules: [],
    schedules: [],
    bucketsOnBus: [],
    mappings: [{ ...orderQueue, ...mapping }],
    queueDefinitions: [orders],
    lambda,
    queues,
    buckets,
    topics: createTopics(fauxqs.sns, [], [], "eu-central-2"),
    tables: {
      url: "http://127.0.0.1:0",
      onWrite: () => () => undefined,
      streamArn: async () => "",
      toPublic: (text) => text,
      expired: () => Promise.resolve(new Set()),
    },
    state,
    timeScale: 1,
    region: "eu-central-2",
    origin: "http://127.0.0.1:0",
  });
  running = eventSources;
  return { eventSources, queues, buckets, lambda };
}

describe("the event sources of a graph", () => {
  test("give objects and messages to their functions and tell about it", async () => {
    const { eventSources, queues, buckets, lambda } = await create();
    await eventSources.start();
    buckets.put("uploads", "a.csv", "x");
    queues.send(orders.arn, { body: "hello" });
    expect(eventSources.idle()).toBe(false);
    await vi.waitFor(() => expect(eventSources.idle()).toBe(true));
    expect(lambda.batches).toHaveLength(2);
    expect(eventSources.status()).toMatchObject([
      { kind: "s3", uuid: "on-upload", source: "uploads", target: "upload-ingest", batches: 1, records: 1 },
      { kind: "sqs", uuid: orderQueue.uuid, source: orders.arn, target: "order-queue", batches: 1, records: 1 },
    ]);
  });

  test("leave a disabled mapping alone", async () => {
    const { eventSources, queues, lambda } = await create({ enabled: false });
    await eventSources.start();
    queues.send(orders.arn, { body: "hello" });
    await new Promise(setImmediate);
    expect(lambda.batches).toEqual([]);
    expect(eventSources.status()).toMatchObject([{ kind: "s3" }, { kind: "sqs", state: "Disabled", batches: 0 }]);
    expect(eventSources.idle()).toBe(true);
  });

  test("keep a mapping's switch over a restart, until the graph says something else", async () => {
    const state = new DatabaseSync(":memory:");
    const stateAfterStart = async (part: Partial<QueueMapping>) => {
      const { eventSources } = await create(part, state);
      await eventSources.start();
      return { mapping: eventSources.mappings[0], stop: () => eventSources.stop().then(() => fauxqs?.stop()) };
    };
    const first = await stateAfterStart({});
    first.mapping?.setEnabled(false);
    await first.stop();
    const second = await stateAfterStart({});
    expect(second.mapping?.state).toBe("Disabled");
    await second.stop();
    const changed = await stateAfterStart({ enabled: false });
    expect(changed.mapping?.state).toBe("Disabled");
    await changed.stop();
    expect((await stateAfterStart({})).mapping?.state).toBe("Enabled");
  });
});
