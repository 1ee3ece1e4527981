import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Image } from "@doorbell/aws-events/attribute-value";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Emulators, startEmulators } from "../test/emulators.ts";
import { anyImage } from "@doorbell/audit-trail/test/images";
import { historyOf, rawRecord } from "../test/stream-events.ts";
import { applyChanges } from "@doorbell/audit-trail/apply-changes";
import { parseAttributeText } from "@doorbell/audit-trail/attribute-text";
import type { FieldChange } from "@doorbell/audit-trail/diff-images";
import type { handler as Handler } from "./handler.ts";
import { imageDigest } from "@doorbell/audit-trail/image-digest";

let emulators: Emulators;
let handler: typeof Handler;
let orders = 0;
const nextOrder = () => `o-${(orders += 1)}`;

beforeAll(async () => {
  emulators = await startEmulators();
  for (const [name, value] of Object.entries(emulators.environment)) vi.stubEnv(name, value);
  ({ handler } = await import("./handler.ts")); // reads its environment as it is loaded
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulators.stop();
});

const context = {
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  functionName: "change-audit",
  getRemainingTimeInMillis: () => 30_000,
};
const deliver = (records: readonly unknown[]) => handler({ Records: records }, context);
const allSettled = { batchItemFailures: [] };

/** The entries of an order by version, as the table holds them. */
async function entriesOf(orderId: string) {
  const { Items = [] } = await emulators.dynamodb.send(
    new QueryCommand({
      TableName: "audit",
      KeyConditionExpression: "orderKey = :id",
      ExpressionAttributeValues: { ":id": { S: orderId } },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => ({
    version: Number(item["version"]?.N),
    before: item["before"]?.S,
    after: item["after"]?.S,
    changes: (item["changes"]?.L ?? []).map(({ M = {} }): FieldChange => {
      const [before, after] = [valueOf(M["before"]?.S), valueOf(M["after"]?.S)];
      return { path: M["path"]?.S ?? "", ...(before && { before }), ...(after && { after }) };
    }),
  }));
}

function valueOf(text: string | undefined) {
  const parsed = text === undefined ? undefined : parseAttributeText(text);
  return parsed?.ok ? parsed.value : undefined;
}

/** The digest that each entry leads to when all are replayed from nothing, checked against the entry's own. */
async function replayedDigests(orderId: string): Promise<(string | undefined)[]> {
  let image: Image | undefined;
  return (await entriesOf(orderId)).map(({ changes, before, after }) => {
    expect(image && imageDigest(image)).toBe(before);
    image = applyChanges(image, changes);
    expect(image && imageDigest(image)).toBe(after);
    return after;
  });
}

async function parkedFor(sequenceNumber: string): Promise<unknown> {
  const { Contents = [] } = await emulators.s3.send(
    new ListObjectsV2Command({ Bucket: "failures", Prefix: "rejected/change-audit/orders/" }),
  );
  const key = Contents.find(({ Key = "" }) => Key.endsWith(`/${sequenceNumber}.json`))?.Key;
  if (key === undefined) return undefined;
  const object = await emulators.s3.send(new GetObjectCommand({ Bucket: "failures", Key: key }));
  return JSON.parse((await object.Body?.transformToString()) ?? "");
}

test("a change is recorded once, however often it is delivered", async () => {
  const id = nextOrder();
  const { images, records } = historyOf(id, [{ status: { S: "placed" } }, { status: { S: "cancelled" } }]);
  expect(await deliver(records)).toEqual(allSettled);
  expect(await deliver(records)).toEqual(allSettled);
  expect(await deliver([...records, ...records])).toEqual(allSettled);
  expect(await replayedDigests(id)).toEqual(images.map(imageDigest));
});

test("a late change fills its gap", async () => {
  const id = nextOrder();
  const { images, records } = historyOf(id, [{}, { a: { S: "x" } }, { a: { S: "y" } }]);
  const [first, second, third] = records;
  await deliver([third, first]);
  expect((await entriesOf(id)).map(({ version }) => version)).toEqual([1, 3]);
  await deliver([second]);
  expect(await replayedDigests(id)).toEqual(images.map(imageDigest));
});

test("a removed order ends its chain", async () => {
  const id = nextOrder();
  const { images, records } = historyOf(id, [{}, { a: { S: "x" } }]);
  await deliver([...records, rawRecord(images[1], undefined)]);
  expect(await replayedDigests(id)).toEqual([...images.map(imageDigest), undefined]);
});

test("what is no change of an order is parked whole, with the reason, and its neighbours are recorded", async () => {
  const id = nextOrder();
  const { records } = historyOf(id, [{}]);
  const foreign = rawRecord(undefined, {
    id: { S: "sku-1" },
    stock: { N: "9007199254740993" },
    blob: { B: Buffer.from([0, 255]) },
  });
  expect(await deliver([foreign, ...records])).toEqual(allSettled);
  expect(await parkedFor(foreign.dynamodb.SequenceNumber)).toEqual({
    reason: "This INSERT has no version that counts from 1, so it cannot be audited.",
    service: "change-audit",
    record: foreign,
  });
  expect(await entriesOf(id)).toHaveLength(1);
});

test("a record with an event name never seen is parked", async () => {
  const unknown = { ...rawRecord(undefined, { id: { S: "o" } }), eventName: "RESTORE" };
  expect(await deliver([unknown])).toEqual(allSettled);
  expect(await parkedFor(unknown.dynamodb.SequenceNumber)).toMatchObject({ record: { eventName: "RESTORE" } });
});

test("another change of a version that is recorded is parked as a conflict", async () => {
  const id = nextOrder();
  await deliver(historyOf(id, [{ status: { S: "placed" } }]).records);
  const [other] = historyOf(id, [{ status: { S: "forged" } }]).records;
  expect(await deliver([other])).toEqual(allSettled);
  expect(await parkedFor(other?.dynamodb.SequenceNumber ?? "")).toMatchObject({
    reason: expect.stringMatching(
      /^This key is stored with another payload: nothing to [0-9a-f]{64} is stored, nothing to [0-9a-f]{64} came$/,
    ),
  });
});

test.each([[{}], [null], [[]], ["text"], [{ Records: null }], [{ Records: [{ eventSource: "aws:sqs" }] }]])(
  "%j is an error that names the source",
  async (event) => {
    await expect(handler(event, context)).rejects.toMatchObject({
      code: "UNEXPECTED_EVENT",
      message: expect.stringContaining("DynamoDB Streams"),
    });
  },
);

test("whatever the changes, their batches, their order and their repeats, the chain replays to each digest", async () => {
  const life = fc.array(anyImage, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), fc.gen(), async (lives, gen) => {
      const histories = lives.map((images) => ({ id: nextOrder(), images }));
      const told = histories.map(({ id, images }) => ({ id, ...historyOf(id, images) }));
      const all = told.flatMap(({ records }) => records);
      const repeats = gen(fc.subarray, all);
      const order = gen(fc.shuffledSubarray, [...all, ...repeats], { minLength: all.length + repeats.length });
      const size = gen(fc.integer, { min: 1, max: 12 });
      for (let from = 0; from < order.length; from += size) {
        expect(await deliver(order.slice(from, from + size))).toEqual(allSettled);
      }
      for (const { id, images } of told) expect(await replayedDigests(id)).toEqual(images.map(imageDigest));
    }),
    { numRuns: 25 },
  );
}, 60_000);
