import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { queueHandler } from "@doorbell/batch/queue-handler";
import { readParkedMessage } from "@doorbell/batch/sqs-parking";
import { type Recorder, startRecorder } from "@doorbell/infra/policy/recorded-calls";
import { startTables, type TestTables } from "@doorbell/local-cloud/testing";
import { buildApp } from "fauxqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cancelledEvent, placedEvent } from "./support/order-events.ts";

const root = resolve(import.meta.dirname, "..");
const README = "packages/batch/README.md";
const run = promisify(execFile);

/** The block of code below the mark `<!-- example: … -->`. */
async function exampleIn(file: string): Promise<string> {
  const text = await readFile(join(root, file), "utf8");
  return /<!-- example: [^>]*-->\n+```ts\n([^]*?)```/.exec(text)?.[1] ?? "";
}

/** What the example imports of its own service. */
const ENV = `
export const environment: Readonly<Record<string, string | undefined>> = process.env;
export const env = {
  IDEMPOTENCY_TABLE: environment["IDEMPOTENCY_TABLE"] ?? "",
  DEAD_LETTER_QUEUE_URL: environment["DEAD_LETTER_QUEUE_URL"] ?? "",
};
`;
const SEND_EMAIL = `
import type { OrderPlacedData } from "@doorbell/event-contracts/order-placed";

export const outbox: string[] = [];
export async function sendEmail({ orderId }: OrderPlacedData, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (orderId === "LATER") throw new Error("the mail server is away");
  outbox.push(orderId);
}
`;
const TSCONFIG = { extends: "../../../tsconfig.base.json", include: ["*.ts"] };

let folder: string;

beforeAll(async () => {
  const parent = join(import.meta.dirname, ".doorbell"); // ignored by git, and inside the workspace, so that it finds the packages
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, "order-emails-"));
  const files = { "handler.ts": await exampleIn(README), "env.ts": ENV, "send-email.ts": SEND_EMAIL };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the handler of a new queue service, as the READMEs show it", () => {
  it("is the same in all of them, at most 25 lines with 6 imports", async () => {
    const example = await exampleIn(README);
    const lines = example.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.filter((line) => line.startsWith("import ")).length).toBeLessThanOrEqual(6);
    for (const other of ["packages/idempotency/README.md", "docs/idempotency.md"])
      expect(await exampleIn(other)).toBe(example);
  });

  it("type-checks", { timeout: 120_000 }, async () => {
    const tsc = join(import.meta.dirname, "node_modules", ".bin", "tsc");
    await run(tsc, ["--noEmit", "-p", folder]).catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
  });
});

describe("on the emulators it", () => {
  let tables: TestTables;
  let dynamodb: Recorder;
  let app: ReturnType<typeof buildApp>;
  let sqs: SQSClient;
  let queueUrl: string;

  beforeAll(async () => {
    tables = await startTables([{ name: "markers", hash: "id" }]);
    dynamodb = await startRecorder();
    dynamodb.forwardTo(tables.endpoint);
    app = buildApp({ logger: false, host: "127.0.0.1" });
    const endpoint = await app.listen({ host: "127.0.0.1", port: 0 });
    const { region, credentials } = tables.clientConfig;
    sqs = new SQSClient({ endpoint, region, credentials });
    await sqs.send(new CreateQueueCommand({ QueueName: "dead-letters" }));
    queueUrl = `${endpoint}/000000000000/dead-letters`;
    const environment = {
      IDEMPOTENCY_TABLE: "markers",
      DEAD_LETTER_QUEUE_URL: queueUrl,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.origin,
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_LAMBDA_LOG_LEVEL: "FATAL",
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  }, 60_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    sqs?.destroy();
    await dynamodb?.stop();
    await Promise.all([tables?.stop(), app?.close()]);
  });

  it(
    "sends one e-mail an order, however often it comes, ten in two calls, and parks what can never be sent",
    { timeout: 60_000 },
    async () => {
      const { handler }: { handler: ReturnType<typeof queueHandler> } = await import(join(folder, "handler.ts"));
      const { outbox }: { outbox: string[] } = await import(join(folder, "send-email.ts"));
      const deliver = async (...bodies: string[]) => {
        const event = { Records: bodies.map((body, at) => messageOf(`m-${at}`, body)) };
        const { batchItemFailures } = await handler(event, CONTEXT);
        return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      };
      const orders = Array.from({ length: 10 }, (_, at) => placedEvent(`A-${at}`).body);
      const callsSince = (from: number) =>
        dynamodb.calls.slice(from).map(({ headers }) => String(headers["x-amz-target"]).split(".")[1]);
      expect(await deliver(...orders)).toEqual([]);
      expect(callsSince(0)).toEqual(["BatchExecuteStatement", "BatchExecuteStatement"]); // claimed, completed
      expect(await deliver(...orders)).toEqual([]);
      expect(callsSince(2)).toEqual(["BatchExecuteStatement", "BatchGetItem"]);
      expect(outbox).toEqual(Array.from({ length: 10 }, (_, at) => `A-${at}`));

      const [twice, later] = [placedEvent("TWICE").body, placedEvent("LATER").body];
      const changed = placedEvent("A-1", { amount: "13" }).body;
      const bodies = [twice, "not json", later, changed, cancelledEvent("A-2").body, twice];
      expect(await deliver(...bodies)).toEqual(["m-2"]);
      expect(outbox.slice(10)).toEqual(["TWICE"]);
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
      );
      const reasons = new Map(Messages.map((message) => [message.Body, readParkedMessage(message)?.reason]));
      expect(Object.fromEntries(reasons)).toEqual({
        "not json": expect.stringMatching(/^The body is not JSON: /),
        [changed]: expect.stringMatching(
          /^This key is stored with another payload: [\da-f]{64} is stored, [\da-f]{64} came$/,
        ),
        [cancelledEvent("A-2").body]: expect.stringMatching(/^The event's type is not one of this queue: /),
      });
    },
  );
});

const CONTEXT = {
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  functionName: "order-emails",
  getRemainingTimeInMillis: () => 60_000,
};

function messageOf(messageId: string, body: string) {
  return {
    messageId,
    receiptHandle: "receipt",
    body,
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1767225600000" },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-2:000000000000:orders",
    awsRegion: "eu-central-2",
  };
}
