import { spawnSync, execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startFrontServer, type FrontServer } from "../endpoint/front-server.ts";
import { startFauxqs, type Fauxqs } from "../emulators/fauxqs.ts";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from "../local-region.ts";
import { SQS_QUEUES, SQS_REFUSALS } from "../../test/sqs-refusals.ts";
import { requestSchemas } from "./requests.ts";

const LIMIT_MS = 60_000;

let front: FrontServer;
let fauxqs: Fauxqs;
let client: SQSClient;
const urlOf = (name: keyof typeof SQS_QUEUES) => `${front.origin}/${LOCAL_ACCOUNT}/${name}`;
const depths = () =>
  [...fauxqs.sqs.allQueues()].map(({ name, messages, inflightMessages, fifoMessages, attributes }) => [
    name,
    messages.length + inflightMessages.size + fifoMessages.size,
    attributes,
  ]);

beforeAll(async () => {
  front = await startFrontServer(0);
  fauxqs = await startFauxqs({ origin: front.origin, region: LOCAL_REGION });
  for (const [name, attributes] of Object.entries(SQS_QUEUES))
    fauxqs.sqs.createQueue(name, "", `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`, attributes);
  front.serve((request, response) => fauxqs.handle(request, response));
  client = new SQSClient({
    endpoint: front.origin,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
});
afterEach(() => {
  for (const queue of fauxqs.sqs.allQueues()) queue.purge();
});
afterAll(async () => {
  client.destroy();
  await front.stop();
  await fauxqs.stop();
});

async function ask(action: string, body: string) {
  const response = await fetch(front.origin, {
    method: "POST",
    headers: { "x-amz-target": `AmazonSQS.${action}`, "content-type": "application/x-amz-json-1.0" },
    body,
  });
  return { status: response.status, code: response.headers.get("x-amzn-query-error"), body: await response.text() };
}

describe("a request that SQS refuses is refused with its code, and does nothing", () => {
  test.each(SQS_REFUSALS)("%s: %s", async (_what, action, input, code) => {
    const before = depths();
    const answer = await ask(action, JSON.stringify(input));
    expect(JSON.parse(answer.body)).toMatchObject({ __type: `com.amazonaws.sqs#${code}`, message: expect.any(String) });
    expect(answer.status).toBe(400);
    expect(depths()).toEqual(before);
  });
});

test.each([
  ["InvalidParameterValue", "SendMessage", { DelaySeconds: 901 }, "InvalidParameterValue;Sender"],
  [
    "QueueDoesNotExist",
    "SendMessage",
    { QueueUrl: "http://x/0/nobody" },
    "AWS.SimpleQueueService.NonExistentQueue;Sender",
  ],
  ["EmptyBatchRequest", "SendMessageBatch", {}, "AWS.SimpleQueueService.EmptyBatchRequest;Sender"],
  [
    "QueueNameExists",
    "CreateQueue",
    { QueueName: "orders", Attributes: { DelaySeconds: "7" } },
    "QueueAlreadyExists;Sender",
  ],
  ["InvalidMessageContents", "SendMessage", { MessageBody: "\u0000" }, "InvalidMessageContents;Sender"],
])("%s has its older name in a header, for clients of both protocols", async (_code, action, input, header) => {
  const { code } = await ask(action, JSON.stringify({ QueueUrl: urlOf("orders"), MessageBody: "x", ...input }));
  expect(code).toBe(header);
});

describe("no request makes the emulator fail", () => {
  test.each(["", "{", "null", "[]", '"text"', '{"QueueUrl":5}', '{"QueueUrl":{"a":1}}'])("a body %j", async (body) => {
    for (const action of Object.keys(requestSchemas)) {
      const { status, body: answer } = await ask(action, body);
      expect([action, status, answer]).toEqual([action, expect.not.toSatisfy((each: number) => each >= 500), answer]);
    }
  });

  test(
    "whatever its members are",
    async () => {
      const members = Object.values(requestSchemas).flatMap(({ entries }) => Object.keys(entries));
      const value = fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.array(fc.dictionary(fc.constantFrom("Id", "MessageBody"), fc.jsonValue())),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...Object.keys(requestSchemas)),
          fc.dictionary(fc.constantFrom(...members.filter((name) => name !== "WaitTimeSeconds")), value, {
            maxKeys: 6,
          }),
          async (action, input) => {
            const QueueUrl = input["QueueUrl"] ?? urlOf("orders");
            const { status } = await ask(
              action,
              JSON.stringify(action === "DeleteQueue" ? {} : { ...input, QueueUrl }),
            );
            expect(status).toBeLessThan(500);
          },
        ),
        { numRuns: 600, seed: 20_261_125 },
      );
    },
    LIMIT_MS,
  );
});

describe("of a batch", () => {
  test("entries that SQS refuses fail by themselves, the others are sent", async () => {
    const QueueUrl = urlOf("orders");
    const bad = { MessageAttributes: { a: { DataType: "Number", StringValue: "one" } } };
    const Entries = [
      { Id: "good", MessageBody: "good" },
      { Id: "attribute", MessageBody: "x", ...bad },
      { Id: "delay", MessageBody: "x", DelaySeconds: 901 },
      { Id: "character", MessageBody: "\u0000" },
    ];
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(answer.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ["attribute", "InvalidParameterValue", true],
      ["delay", "InvalidParameterValue", true],
      ["character", "InvalidMessageContents", true],
    ]);
  });

  test("of which every entry is refused, nothing is sent", async () => {
    const answer = await client.send(
      new DeleteMessageBatchCommand({ QueueUrl: urlOf("orders"), Entries: [{ Id: "a", ReceiptHandle: "garbage" }] }),
    );
    expect(answer).toMatchObject({ Failed: [{ Id: "a", Code: "ReceiptHandleIsInvalid" }] });
    expect(answer.Successful).toBeUndefined();
  });
});

// AWS: DeleteMessage, and "Amazon SQS visibility timeout".
describe("after its visibility timeout", () => {
  test("a message of a standard queue is deleted by its last receipt handle until it is received again", async () => {
    const QueueUrl = urlOf("orders");
    const receive = async () =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))).Messages?.[0]?.ReceiptHandle;
    const expire = (ReceiptHandle?: string) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));
    const first = await receive();
    await expire(first);
    const second = await receive();
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first }));
    await expire(second);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first }));
    expect(fauxqs.sqs.getQueueByName("orders")?.messages).toHaveLength(1);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second }));
    expect(fauxqs.sqs.getQueueByName("orders")?.messages).toHaveLength(0);
  });

  test(
    "a message of a FIFO queue is not deleted, and SQS says so (recorded)",
    async () => {
      const QueueUrl = urlOf("content.fifo");
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "g1-m1", MessageGroupId: "g1" }));
      const received = await client.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 1 }));
      const ReceiptHandle = received.Messages?.[0]?.ReceiptHandle;
      await vi.waitFor(
        () => {
          fauxqs.sqs.processAllTimers();
          expect(fauxqs.sqs.getQueueByName("content.fifo")?.inflightMessages.size).toBe(0);
        },
        { timeout: 20_000 },
      );
      const deletion = client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      await expect(deletion).rejects.toMatchObject({
        name: "InvalidParameterValue",
        message: `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      });
    },
    LIMIT_MS,
  );
});

const withBoto = spawnSync("python3", ["-c", "import boto3"]).status === 0;

test.skipIf(!withBoto)(
  "boto3 raises each refusal",
  async () => {
    const script = fileURLToPath(new URL("../../test/boto3-refusals.py", import.meta.url));
    const cases = SQS_REFUSALS.filter(([, , input]) => JSON.stringify(input).length < 100_000);
    const run = promisify(execFile)("python3", [script, "sqs", front.origin, LOCAL_REGION]);
    run.child.stdin?.end(JSON.stringify(cases.map(([, action, input]) => [action, input])));
    const codes: unknown = JSON.parse((await run).stdout);
    const older: Readonly<Record<string, string>> = {
      QueueDoesNotExist: "NonExistentQueue",
      QueueNameExists: "QueueAlreadyExists",
    };
    expect(codes).toEqual(
      cases.map(([, , , code]) => expect.stringMatching(new RegExp(`(^|\\.)${older[code] ?? code}$`))),
    );
  },
  LIMIT_MS,
);
