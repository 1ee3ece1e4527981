import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { openEnvironment } from "@doorbell/cli/aws/clients";
import { findCloud } from "@doorbell/cli/running-cloud";
import { openStoredRecords } from "@doorbell/cli/stored-records";
import { gather } from "@doorbell/cli/trace/gather";
import { localLogs } from "@doorbell/cli/trace/log-search";
import { type Step, tellStory } from "@doorbell/cli/trace/story";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OrderEvent, placedEvent } from "./order-events.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";

const ORDERS = 40;
/** Which statements of which order are put off, the seed says; the first batches of changes lose their environment. */
const FAULTS = "seed=7,partialFailures=0.3,crashAt=change-audit:1+change-audit:2+change-audit:3+change-audit:5";

let cloud: RunningCloud;
let sqs: SQSClient;

beforeAll(async () => {
  cloud = await startCloud("--faults", FAULTS, "--time-scale", "0.1", "--no-watch");
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  sqs = new SQSClient({ endpoint: cloud.endpoint, region: cloud.environment["AWS_REGION"] ?? "", credentials });
}, 60_000);

afterAll(async () => {
  sqs?.destroy();
  if (cloud?.child.exitCode === null) await cloud.interrupt();
}, 30_000);

it("tells the story of an order that came three times, was throttled, and was audited after a bisected batch", async () => {
  const events = Array.from({ length: ORDERS }, (_, index) => placedEvent(`order-${index}`));
  const messageIds = await send([...events, ...events, ...events]);
  await cloud.doorbell("wait", "--idle", "--timeout", "60");

  const found = await orderWith(["throttled", "skipped", "audited"], /bisected from/);
  const { orderId, steps } = found;
  expect(steps.filter(({ service, kind }) => service === "order-queue" && kind === "delivered")).toHaveLength(3);
  expect(steps.filter(({ kind }) => kind === "written").length).toBeGreaterThanOrEqual(1);
  expect(steps.map(({ at }) => Date.parse(at))).toEqual(
    steps.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b),
  );
  const place = (kind: Step["kind"], service: string) =>
    steps.findIndex((step) => step.kind === kind && step.service === service);
  expect(place("delivered", "order-queue")).toBeLessThan(place("written", "order-queue"));
  expect(place("written", "order-queue")).toBeLessThan(place("audited", "change-audit"));
  expect(place("failed", "change-audit")).toBeLessThan(place("audited", "change-audit"));

  const story = await cloud.doorbell("trace", orderId);
  expect(story).toMatch(/order-queue +message [0-9a-f]{8} delivered in a batch of \d+\n/);
  expect(story).toMatch(/order-queue +DynamoDB put the write off .*\(\w+\)\n/);
  expect(story).toMatch(/order-queue +order\.placed \(message [0-9a-f]{8}, receive \d\) was skipped as a duplicate\n/);
  expect(story).toMatch(/change-audit +the invocation failed.*; it is repeated\n/);
  expect(story).toMatch(/change-audit +a change delivered .*, again: bisected from \d+\n/);
  expect(story).toMatch(/change-audit +version 1 was recorded in the audit trail\n/);
  expect(story).toMatch(/is placed, in version 1\.\nEvery version of it is in the audit trail\.\n$/);
  expect(story).not.toContain("Ada Example");

  // Each of its other names leads to the same story.
  const at = events.findIndex(({ body }) => body.includes(`"${orderId}"`));
  for (const id of [events[at]?.id ?? "", messageIds[at + ORDERS] ?? "", `story-of-${orderId}`])
    expect(await cloud.doorbell("trace", id)).toBe(story);
}, 60_000);

it("tells how a message that is no order was refused and parked", async () => {
  const [messageId = ""] = await send([{ id: "none", body: '{"customer":"Ada Example"' }]);
  await cloud.doorbell("wait", "--idle", "--timeout", "60");
  const json: { steps: Step[] } = JSON.parse(await cloud.doorbell("trace", messageId, "--json"));
  expect(json.steps.map(({ kind }) => kind)).toEqual(["delivered", "parked"]);
  expect(json.steps[1]?.says).toMatch(/^refused and parked: The body is not JSON/);
  expect(JSON.stringify(json)).not.toContain("Ada");
}, 60_000);

it("says so where nothing knows the id", async () => {
  await expect(cloud.doorbell("trace", "no-such-id")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("knows nothing of no-such-id"),
  });
});

/** The message ids in the order of the events. */
async function send(events: readonly OrderEvent[]): Promise<string[]> {
  const QueueUrl = cloud.environment["ORDERS_QUEUE_URL"];
  const messageIds: string[] = [];
  for (let from = 0; from < events.length; from += 10) {
    const Entries = events.slice(from, from + 10).map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
    const { Successful = [], Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed).toEqual([]);
    const byId = new Map(Successful.map(({ Id, MessageId = "" }) => [Id, MessageId]));
    messageIds.push(...Entries.map(({ Id }) => byId.get(Id) ?? ""));
  }
  return messageIds;
}

/** The first order whose story has steps of all these kinds and says this. */
async function orderWith(
  kinds: readonly Step["kind"][],
  says: RegExp,
): Promise<{ orderId: string; steps: readonly Step[] }> {
  const port = Number(new URL(cloud.endpoint).port);
  const environment = await openEnvironment({ port }, {});
  try {
    const search = await localLogs(findCloud({ port }, {}), environment);
    const records = openStoredRecords(environment.dynamodb, environment.names);
    for (let index = 0; index < ORDERS; index += 1) {
      const orderId = `order-${index}`;
      const material = await gather(orderId, search, records);
      const steps = material === undefined ? [] : tellStory(material);
      const isOne = kinds.every((kind) => steps.some((step) => step.kind === kind));
      if (isOne && steps.some((step) => says.test(step.says))) return { orderId, steps };
    }
  } finally {
    environment.close();
  }
  throw new Error(`None of ${ORDERS} orders has a story of ${kinds.join(", ")} and ${says.source}.`);
}
