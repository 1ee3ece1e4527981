import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { queueHandler } from "@doorbell/batch/queue-handler";
import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import { dynamoItemStore } from "@doorbell/idempotency/dynamo-store";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Emulators, startEmulators } from "../test/emulators.ts";
import { cancelled, context, message, PARTNER, placed, recordingLog } from "../test/events.ts";
import { applyOrders, parseDelivery } from "./apply-orders.ts";
import type { handler as Handler } from "./handler.ts";

let emulators: Emulators;
let handler: typeof Handler;
const calls: string[] = [];
let orders = 0;
const nextOrder = () => `CA-${(orders += 1)}`;

beforeAll(async () => {
  emulators = await startEmulators();
  emulators.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        calls.push(String(commandName));
        return next(args);
      },
    { step: "finalizeRequest" },
  );
  for (const [name, value] of Object.entries(emulators.environment)) vi.stubEnv(name, value);
  ({ handler } = await import("./handler.ts")); // reads its environment as it is loaded
}, 60_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await emulators?.stop();
});

describe("On DynamoDB a batch of ten", () => {
  const apply = (events: readonly BusinessEvent[], receiveCount = 1) => {
    calls.length = 0;
    const batch = queueHandler({
      log: recordingLog([], {}),
      park: () => Promise.reject(new Error("nothing is to be parked")),
      parseBody: parseDelivery,
      handleBatch: applyOrders({
        store: dynamoItemStore(emulators.dynamodb),
        table: emulators.table,
        isSampled: () => true,
      }),
    });
    return batch({ Records: events.map((event) => message(event, receiveCount)) }, context);
  };
  const allDone = { batchItemFailures: [] };
  const events = Array.from({ length: 10 }, () => placed(nextOrder()));

  it("new orders is one call, of duplicates two, of redelivered duplicates one", async () => {
    expect(await apply(events)).toEqual(allDone);
    expect(calls).toEqual(["BatchExecuteStatementCommand"]);
    expect(await apply(events)).toEqual(allDone);
    expect(calls).toEqual(["BatchExecuteStatementCommand", "BatchGetItemCommand"]);
    expect(await apply(events, 2)).toEqual(allDone);
    expect(calls).toEqual(["BatchGetItemCommand"]);
  });

  it("cancellations is one call after the orders, and three before them", async () => {
    expect(await apply(events.map(({ subject }) => cancelled(subject)))).toEqual(allDone);
    expect(calls).toEqual(["BatchExecuteStatementCommand"]);
    expect(await apply(Array.from({ length: 10 }, () => cancelled(nextOrder())))).toEqual(allDone);
    expect(calls).toEqual(["BatchExecuteStatementCommand", "BatchGetItemCommand", "BatchExecuteStatementCommand"]);
  });

  it("copies of one new order is two calls", async () => {
    const event = placed(nextOrder());
    expect(await apply(Array.from({ length: 10 }, () => event))).toEqual(allDone);
    expect(calls).toEqual(["BatchExecuteStatementCommand", "BatchGetItemCommand"]);
  });
});

describe("The handler", () => {
  const deliver = (...bodies: string[]) => handler({ Records: bodies.map((body) => message(body)) }, context);

  async function parked(): Promise<Message[]> {
    const { Messages = [] } = await emulators.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: emulators.queueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      }),
    );
    return Messages;
  }

  async function stored(orderId: string) {
    const { Item } = await emulators.dynamodb.send(
      new GetItemCommand({
        TableName: emulators.table,
        Key: { id: { S: `${PARTNER}/${orderId}` } },
        ConsistentRead: true,
      }),
    );
    return Item;
  }

  it("applies events and parks with its reason what can never succeed, body untouched, failing none", async () => {
    const id = nextOrder();
    const conflict = JSON.stringify(placed(id, { id: "other", amount: "1" }));
    const bodies = [placed(id), cancelled(id)].map((event) => JSON.stringify(event));
    expect(await deliver(...bodies, conflict, "not json")).toEqual({ batchItemFailures: [] });

    const order = await stored(id);
    expect(order).toMatchObject({ version: { N: "2" }, status: { S: "cancelled" } });
    expect(order?.["placed"]?.M?.["lines"]).toEqual({
      L: [{ M: { productId: { S: "FUR-BO-10001798" }, quantity: { N: "2" }, amount: { S: "957.5775" } } }],
    });
    const found = await parked();
    const reasonOf = (body: string) =>
      found.find(({ Body }) => Body === body)?.MessageAttributes?.["DoorbellReason"]?.StringValue;
    expect(found).toHaveLength(2);
    expect(reasonOf(conflict)?.replace(`${PARTNER}/${id}`, "The order")).toMatch(
      /^The order is stored with another payload: [0-9a-f]{64} is stored, [0-9a-f]{64} came$/,
    );
    expect(reasonOf("not json")).toMatch(/^The body is not JSON/);
  });

  it("stays with what it stored when all of it comes again", async () => {
    const id = nextOrder();
    const bodies = [cancelled(id), placed(id)].map((event) => JSON.stringify(event));
    await deliver(...bodies);
    const before = await stored(id);
    expect(await deliver(...bodies.toReversed())).toEqual({ batchItemFailures: [] });
    expect(await deliver(...bodies, ...bodies)).toEqual({ batchItemFailures: [] });
    expect(await stored(id)).toEqual(before);
  });

  it("parks the record alone whose order holds a number that nothing here can read", async () => {
    const [foreign, known] = [nextOrder(), nextOrder()];
    const Item = {
      id: { S: `${PARTNER}/${foreign}` },
      version: { N: "1" },
      status: { S: "placed" },
      score: { N: "9007199254740993.5" },
    };
    await emulators.dynamodb.send(new PutItemCommand({ TableName: emulators.table, Item }));
    await deliver(JSON.stringify(placed(known)));
    const records = [placed(nextOrder()), placed(foreign), placed(known)].map((event) => message(event));
    const unreadable = async () =>
      (await parked()).flatMap(({ MessageAttributes: found }) =>
        found?.["DoorbellReason"]?.StringValue?.includes("ITEM_UNREADABLE") === true
          ? [found["DoorbellMessageId"]?.StringValue]
          : [],
      );
    expect(await handler({ Records: records }, context)).toEqual({ batchItemFailures: [] });
    expect(await unreadable()).toEqual([records[1]?.messageId]);
    const again = records.map((each) => ({
      ...each,
      attributes: { ...each.attributes, ApproximateReceiveCount: "2" },
    }));
    expect(await handler({ Records: again }, context)).toEqual({ batchItemFailures: [] });
    expect(await unreadable()).toEqual([records[1]?.messageId]);
  });

  it("refuses an event of another source", async () => {
    await expect(handler({ Records: [{ eventSource: "aws:s3", s3: {} }] }, context)).rejects.toThrow();
  });
});
