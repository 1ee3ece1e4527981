import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { processTree, type ProcessTree } from "./process-tree.ts";

/** Milliseconds of a call, the median of those of one kind, one after another. */
export type CallTimes = Readonly<Record<string, number>>;

/** A started server of AWS's APIs. */
interface Peer {
  readonly endpoint: string;
  /** From the start of its process to its first answer. */
  readonly answerSeconds: number;
  memory(): ProcessTree;
  stop(): Promise<void>;
}

const ROUNDS = 300;

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

/** Seconds from `begun` until a request to S3 is answered. */
export async function firstAnswer(endpoint: string, begun: number): Promise<number> {
  while (!(await fetch(endpoint).catch(() => undefined))) await delay(5);
  return (performance.now() - begun) / 1_000;
}

/** Starts moto's server, where it is installed. It has no functions and calls none. */
export async function startMoto(): Promise<Peer | undefined> {
  if (spawnSync("moto_server", ["--help"]).status !== 0) return undefined;
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = spawn("moto_server", ["-p", String(port)], { stdio: "ignore" });
  const exited = once(child, "exit");
  const answerSeconds = await firstAnswer(endpoint, begun);
  return {
    endpoint,
    answerSeconds,
    memory: () => processTree(child.pid ?? 0),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** The same calls against each endpoint in turn, so that whatever else the machine does meets all of them. */
export async function callTimes(endpoints: readonly string[]): Promise<CallTimes[]> {
  const sides = await Promise.all(endpoints.map(prepare));
  const measured = sides.map(({ calls }) => calls.map(({ name }) => ({ name, times: new Array<number>() })));
  for (let round = 0; round < ROUNDS; round++)
    for (const [side, { calls }] of sides.entries())
      for (const [index, { call }] of calls.entries()) {
        const begun = performance.now();
        await call(round);
        measured[side]?.[index]?.times.push(performance.now() - begun);
      }
  for (const { close } of sides) close();
  return measured.map((calls) =>
    Object.fromEntries(
      calls.map(({ name, times }) => [name, times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN]),
    ),
  );
}

/** In us-east-1 a bucket is made without saying where. */
async function prepare(endpoint: string) {
  const config = { endpoint, region: "us-east-1", credentials: { accessKeyId: "x", secretAccessKey: "x" } };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  const dynamodb = new DynamoDBClient(config);
  await s3.send(new CreateBucketCommand({ Bucket: "peer" }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "peer" }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: "peer",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
  const calls: readonly { name: string; call: (round: number) => Promise<unknown> }[] = [
    {
      name: "PutObject of 1 KB",
      call: (round) => s3.send(new PutObjectCommand({ Bucket: "peer", Key: `${round}`, Body: "x".repeat(1_024) })),
    },
    { name: "SendMessage", call: (round) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `${round}` })) },
    {
      name: "PutItem",
      call: (round) => dynamodb.send(new PutItemCommand({ TableName: "peer", Item: { id: { S: `${round}` } } })),
    },
  ];
  return {
    calls,
    close: () => {
      for (const client of [s3, sqs, dynamodb]) client.destroy();
    },
  };
}
