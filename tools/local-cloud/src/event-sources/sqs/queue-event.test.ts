import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createQueues } from "../../emulators/fauxqs-queues.ts";
import { type Fauxqs, startFauxqs } from "../../emulators/fauxqs.ts";
import type { Queues } from "../../emulators/queues.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../../local-region.ts";
import { readGraph } from "../../graph/read-graph.ts";
import { testGraph } from "../../../test/testing-graph.ts";
import { queueRecord } from "./queue-event.ts";

const ORDERS = `arn:aws:sqs:${LOCAL_REGION}:000000000000:test-orders`;

let dataDir: string;
let fauxqs: Fauxqs;
let queues: Queues;
let server: Server;
let client: SQSClient;
const start = async () => {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:1", region: LOCAL_REGION, dataDir });
  queues = createQueues(fauxqs.sqs, readGraph(testGraph()).queues);
};
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "doorbell-queue-event-"));
  await start();
  server = createServer((request, response) => fauxqs.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  client = new SQSClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  server.close();
  await fauxqs.stop();
  await rm(dataDir, { recursive: true });
});

const QueueUrl = "http://127.0.0.1:1/000000000000/test-orders";
const text = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });
const send = (input: { attributes?: Record<string, MessageAttributeValue>; group?: string }) =>
  client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: "hello",
      MessageAttributes: input.attributes,
      MessageGroupId: input.group,
    }),
  );
const records = (): unknown[] =>
  queues
    .receive(ORDERS, 10, { visibilityMs: 60_000 })
    .map((message): unknown => JSON.parse(queueRecord(message, ORDERS, LOCAL_REGION)));

/** Attributes and their digest as AWS answered (recorded). */
const RECORDED: [string, Record<string, MessageAttributeValue>, string][] = [
  ["a number", { timestamp: { DataType: "Number", StringValue: "1493147359900" } }, "235c5c510d26fb653d073faed50ae77c"],
  ["a string", { MyAttribute: text("foobar") }, "adb59cd4678ea5a855436b949cd07ab6"],
  ["strings in any order", { Hello: text("There"), General: text("Kenobi") }, "fca026605781cb4126a1e9044df24232"],
  [
    "bytes",
    {
      attr1: {
        DataType: "Binary",
        BinaryValue: Buffer.from("traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"),
      },
    },
    "8cbe4db156db8a94db8b801b7addb984",
  ],
];

describe("a message with attributes", () => {
  test.each(RECORDED)("has the digest of them in its record, as for the sender: %s", async (_, attributes, digest) => {
    expect(await send({ attributes })).toMatchObject({ MD5OfMessageAttributes: digest });
    expect(records()).toMatchObject([{ md5OfMessageAttributes: digest, messageAttributes: expect.anything() }]);
  });

  test("keeps the digest over a restart", async () => {
    await send({ attributes: { MyAttribute: text("foobar") } });
    await fauxqs.stop();
    await start();
    expect(records()).toMatchObject([{ md5OfMessageAttributes: "adb59cd4678ea5a855436b949cd07ab6" }]);
  });

  test.each([
    [["All"], "4c360f3fdafd970e05fae2f149d997f5"],
    [["*"], "4c360f3fdafd970e05fae2f149d997f5"],
    [[".*"], "4c360f3fdafd970e05fae2f149d997f5"],
    [["Hello", "General"], "fca026605781cb4126a1e9044df24232"],
    [["Hello", "nothing"], "a311262e065454b75da111d535b8dacd"],
    [["Hel.*"], "83fee93c1bcd8b9a5a923ffacdc636c7"],
    [["nothing"], undefined],
    [[], undefined],
  ])(
    "is received with the digest of those that were asked for: %j (recorded)",
    async (MessageAttributeNames, digest) => {
      await send({ attributes: { Hello: text("There"), General: text("Kenobi"), "Help.Me": text("Me") } });
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames }));
      expect(Messages?.map((message) => message.MD5OfMessageAttributes)).toEqual([digest]);
    },
  );
});

test("a message without attributes has no digest of them", async () => {
  await send({});
  const [record] = records();
  expect(record).toMatchObject({ messageAttributes: {} });
  expect(record).not.toHaveProperty("md5OfMessageAttributes");
});

describe("the message group of a standard queue, a fair queue's tenant,", () => {
  test("is in the record's attributes, sent alone or in a batch", async () => {
    await send({ group: "tenant-1" });
    const Entries = [
      { Id: "a", MessageBody: "hello", MessageGroupId: "tenant-2" },
      { Id: "b", MessageBody: "hello" },
    ];
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const received = records();
    expect(received).toMatchObject([
      { attributes: { MessageGroupId: "tenant-1" } },
      { attributes: { MessageGroupId: "tenant-2" } },
      { body: "hello" },
    ]);
    expect(received[2]).not.toHaveProperty("attributes.MessageGroupId");
  });

  test("is received by a client, again after its visibility ended, and neither orders nor blocks", async () => {
    await send({ group: "tenant" });
    await send({ group: "tenant" });
    const receive = async () => {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MessageSystemAttributeNames: ["MessageGroupId"],
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      });
      return (await client.send(command)).Messages?.map(({ Attributes }) => Attributes?.MessageGroupId);
    };
    expect(await receive()).toEqual(["tenant", "tenant"]);
    expect(await receive()).toEqual(["tenant", "tenant"]);
  });

  test("is kept over a restart", async () => {
    await send({ group: "tenant" });
    await fauxqs.stop();
    await start();
    expect(records()).toMatchObject([{ attributes: { MessageGroupId: "tenant" } }]);
  });
});
