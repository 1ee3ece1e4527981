// How quick the local cloud is: ready, an event's way to a warm handler, messages through an empty handler, a changed handler.
//
//   npm run bench:local-cloud [-- --boots 5 --samples 200 --messages 20000 --saves 10]
//
// Prints a table and writes results/local-cloud.json. Run it on a quiet machine, after one `doorbell up`, so that install and bundles are
// warm. Latencies are counted from before the call is sent, so the call itself is in them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import * as v from "valibot";
import { callTimes, firstAnswer, freePort, startMoto } from "./peer.ts";
import { startPipeline } from "./pipeline.ts";
import { processTree, type ProcessTree } from "./process-tree.ts";
import { reloads } from "./reload.ts";

const { values } = parseArgs({
  options: {
    boots: { type: "string", default: "5" },
    samples: { type: "string", default: "200" },
    messages: { type: "string", default: "20000" },
    saves: { type: "string", default: "10" },
  },
});
const mappingsSchema = v.object({ EventSourceMappings: v.tuple([v.object({ UUID: v.string() })]) });
const WARM_UP = 20;
const SENDERS = 8;

/** One boot with the repository's own graph. */
interface Boot {
  /** From the start of the process to its word that it is up. */
  readonly readySeconds: number;
  /** To the first answer of S3, which does not wait for Java. */
  readonly answerSeconds: number;
  readonly memory: ProcessTree;
}

async function boot(): Promise<Boot> {
  const main = fileURLToPath(new URL("../../tools/cli/src/main.ts", import.meta.url));
  const begun = performance.now();
  const port = await freePort();
  const child = spawn(process.execPath, [main, "up", "--port", String(port), "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const answered = firstAnswer(`http://127.0.0.1:${port}`, begun);
  await Promise.race([once(createInterface({ input: child.stdout }), "line"), exited]);
  const readySeconds = (performance.now() - begun) / 1000;
  const answerSeconds = await answered;
  const memory = processTree(child.pid ?? 0);
  child.kill("SIGTERM");
  await exited;
  return { readySeconds, answerSeconds, memory };
}

/** Milliseconds from before each call to the first line of the handler, one after another. */
async function latencies(
  cloud: LocalCloud,
  functionName: string,
  cause: (id: string) => Promise<unknown>,
): Promise<number[]> {
  const arrivals = new Map<string, (at: number) => void>();
  const unsubscribe = cloud.lambda.onLog(({ function: name, line }) => {
    const found = name === functionName ? /"bench":"([^"]+)","at":([\d.]+)/.exec(line) : null;
    if (found?.[1] !== undefined) arrivals.get(found[1])?.(Number(found[2]));
  });
  const measured: number[] = [];
  for (let sample = -WARM_UP; sample < Number(values.samples); sample++) {
    const id = `sample-${sample + WARM_UP}`;
    const arrived = new Promise<number>((resolve) => arrivals.set(id, resolve));
    const begun = performance.timeOrigin + performance.now();
    await cause(id);
    const at = await arrived;
    if (sample >= 0) measured.push(at - begun);
    await cloud.waitUntilIdle(30_000);
  }
  unsubscribe();
  return measured.toSorted((a, b) => a - b);
}

/** Messages a second from a full queue, whose mapping is then enabled, until the last one is deleted. */
async function throughput(cloud: LocalCloud, sqs: SQSClient): Promise<number> {
  const messages = Number(values.messages);
  const QueueUrl = `${cloud.endpoint}/000000000000/many`;
  let batches = Math.ceil(messages / 10);
  const body = JSON.stringify({ order: "x".repeat(500) });
  const Entries = Array.from({ length: 10 }, (_, at) => ({ Id: String(at), MessageBody: body }));
  const fill = async () => {
    while (batches-- > 0) await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  };
  await Promise.all(Array.from({ length: SENDERS }, fill));

  const api = `${cloud.endpoint}/2015-03-31/event-source-mappings/`;
  const listed = v.parse(mappingsSchema, await (await fetch(`${api}?FunctionName=on-many`)).json());
  const begun = performance.now();
  await fetch(`${api}${listed.EventSourceMappings[0].UUID}`, { method: "PUT", body: '{"Enabled":true}' });
  for (;;) {
    const depth = (await cloud.status()).queues.find(({ name }) => name === "many");
    if (depth?.visible === 0 && depth.inFlight === 0) break;
    await delay(5);
  }
  return Math.round((Math.ceil(messages / 10) * 10) / ((performance.now() - begun) / 1000));
}

const rounded = (value: number | undefined) => Math.round((value ?? Number.NaN) * 10) / 10;
const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b);
const median = (ascending: readonly number[]) => rounded(ascending[Math.floor(ascending.length / 2)]);
const summary = (ascending: readonly number[]) => ({
  medianMs: median(ascending),
  p95Ms: rounded(ascending[Math.floor(ascending.length * 0.95)]),
  p99Ms: rounded(ascending[Math.floor(ascending.length * 0.99)]),
});

const loadBefore = rounded(loadavg()[0]);
const boots: Boot[] = [];
const peerBoots: number[] = [];
let moto: Awaited<ReturnType<typeof startMoto>>;
for (let n = 0; n < Number(values.boots); n++) {
  boots.push(await boot());
  await moto?.stop();
  moto = await startMoto();
  if (moto !== undefined) peerBoots.push(moto.answerSeconds);
}
const reload = summary(await reloads(Number(values.saves)));

const { cloud, folder } = await startPipeline();
const config = {
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: { accessKeyId: "x", secretAccessKey: "x" },
};
const s3 = new S3Client({ ...config, forcePathStyle: true });
const sqs = new SQSClient(config);
const dynamodb = new DynamoDBClient(config);
try {
  const QueueUrl = `${cloud.endpoint}/000000000000/messages`;
  const put = (id: string) => s3.send(new PutObjectCommand({ Bucket: "files", Key: id, Body: "x" }));
  const send = (id: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: id }));
  const write = (id: string) => dynamodb.send(new PutItemCommand({ TableName: "items", Item: { id: { S: id } } }));
  const latency = {
    "PUT to handler": summary(await latencies(cloud, "on-object", put)),
    "send to handler": summary(await latencies(cloud, "on-message", send)),
    "write to handler": summary(await latencies(cloud, "on-change", write)),
  };
  const messagesPerSecond = await throughput(cloud, sqs);
  const peerMemory = moto?.memory();
  const [own = {}, peer] = await callTimes([cloud.endpoint, ...(moto === undefined ? [] : [moto.endpoint])]);
  const calls = Object.entries(own).map(([call, ownMs]) => {
    const peerMs = peer?.[call];
    return {
      call,
      ownMs: rounded(ownMs),
      ...(peerMs !== undefined && { peerMs: rounded(peerMs), peerToOwn: rounded(peerMs / ownMs) }),
    };
  });
  const result = {
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
    load: { before: loadBefore, after: rounded(loadavg()[0]) },
    goal: {
      readySeconds: 2,
      latencyMs: 20,
      writeP99Ms: 60,
      messagesPerSecond: 2_000,
      reloadMs: 1_000,
      esbuildProcesses: 0,
    },
    readySeconds: median(sorted(boots.map(({ readySeconds }) => readySeconds))),
    answerSeconds: median(sorted(boots.map(({ answerSeconds }) => answerSeconds))),
    memoryAfterBoot: boots.at(-1)?.memory,
    peer:
      moto === undefined
        ? "moto_server is not installed"
        : { answerSeconds: median(sorted(peerBoots)), memoryAfterBoot: peerMemory },
    calls,
    latency,
    messagesPerSecond,
    reload,
  };
  const results = new URL("../results/", import.meta.url);
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL("local-cloud.json", results), `${JSON.stringify(result, undefined, 2)}\n`);
  // oxlint-disable no-console -- a table on the terminal is what this is for
  console.table({ ...latency, "save to answer of the new code": reload });
  console.table(calls);
  console.table(result.memoryAfterBoot?.residentMb ?? {});
  console.table({
    "ready, seconds": result.readySeconds,
    "S3 answers, seconds": result.answerSeconds,
    "moto answers, seconds": median(sorted(peerBoots)),
    "SQS messages a second, empty handler": result.messagesPerSecond,
  });
} finally {
  await moto?.stop();
  s3.destroy();
  sqs.destroy();
  dynamodb.destroy();
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
}
