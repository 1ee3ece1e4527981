import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../local-region.ts";
import { startLocalCloud } from "../start-local-cloud.ts";
import { testGraph } from "../../test/testing-graph.ts";

const LIMIT_MS = 120_000;
const KILLS = 2;
const SENDERS = 4;
/** Calls answered before each kill. */
const ANSWERED = 25;
const arn = (service: string, name: string) => `arn:aws:${service}:${LOCAL_REGION}:000000000000:${name}`;
const target = (name: string, targetArn: string) => ({
  type: "aws:cloudwatch/eventTarget:EventTarget",
  name,
  inputs: { rule: "all", eventBusName: "shop", arn: targetArn, inputPath: "$.detail" },
});
const graph = testGraph([
  { type: "aws:sqs/queue:Queue", name: "Inbox", inputs: { name: "inbox" } },
  {
    type: "aws:lambda/function:Function",
    name: "Worker",
    inputs: { name: "worker", handler: "worker.handler", runtime: "nodejs24.x" },
  },
  { type: "aws:cloudwatch/eventBus:EventBus", name: "Shop", inputs: { name: "shop" } },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    name: "All",
    inputs: { name: "all", eventBusName: "shop", eventPattern: '{"source":["shop"]}' },
  },
  target("ToInbox", arn("sqs", "inbox")),
  target("ToWorker", arn("lambda", "function:worker")),
]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-put-events-"));
  const handler = `import { appendFileSync } from "node:fs";
    export const handler = async ({ id }) => appendFileSync(${JSON.stringify(join(folder, "handled"))}, id + "\\n");`;
  await writeFile(join(folder, "worker.ts"), handler);
});
afterAll(() => rm(folder, { recursive: true }));

const options = () => ({ root: folder, graph, stateDir: join(folder, "state"), notice: () => {} });

/** A local cloud in a process of its own, and its endpoint. */
async function spawnCloud(): Promise<{ readonly process: ChildProcess; readonly endpoint: string }> {
  const script = `
    import { startLocalCloud } from ${JSON.stringify(new URL("../start-local-cloud.ts", import.meta.url).href)};
    const cloud = await startLocalCloud({ ...${JSON.stringify(options())}, notice: () => {} });
    console.log(cloud.endpoint);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [endpoint] = await once(createInterface({ input: child.stdout }), "line");
  return { process: child, endpoint: String(endpoint) };
}

const config = (endpoint: string) => ({
  endpoint,
  region: LOCAL_REGION,
  credentials: LOCAL_CREDENTIALS,
  maxAttempts: 1,
});

/** Puts events until the cloud is killed, which is after so many answers; the ids of all entries that were answered 200. */
async function putUntilKilled(round: number): Promise<string[]> {
  const { process: cloud, endpoint } = await spawnCloud();
  const exited = once(cloud, "exit");
  const client = new EventBridgeClient(config(endpoint));
  const answered: string[] = [];
  let calls = 0;
  const send = async () => {
    for (;;) {
      const ids = Array.from({ length: 5 }, (_, at) => `${round}-${calls}-${at}`);
      calls += 1;
      const entry = (id: string) => ({
        Source: "shop",
        DetailType: "t",
        EventBusName: "shop",
        Detail: JSON.stringify({ id }),
      });
      const answer = await client.send(new PutEventsCommand({ Entries: ids.map(entry) })).catch(() => undefined);
      if (answer === undefined) return;
      answered.push(...ids);
      if (answered.length >= ANSWERED * ids.length) cloud.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  await exited;
  client.destroy();
  return answered;
}

// Other services' stores and the local cloud's own have to agree: a queue's messages, a function's events.
test(
  "kill -9 while events are put loses none that was answered: the queue has it, and the function runs",
  async () => {
    const answered: string[] = [];
    for (let round = 0; round < KILLS; round += 1) answered.push(...(await putUntilKilled(round)));
    expect(answered.length).toBeGreaterThanOrEqual(KILLS * ANSWERED * 5);

    const cloud = await startLocalCloud(options());
    const sqs = new SQSClient(config(cloud.endpoint));
    await cloud.waitUntilIdle(LIMIT_MS);
    const handled = new Set((await readFile(join(folder, "handled"), "utf8")).split("\n"));
    expect(answered.filter((id) => !handled.has(id))).toEqual([]);

    const received = new Set<unknown>();
    for (;;) {
      const command = new ReceiveMessageCommand({
        QueueUrl: `${cloud.endpoint}/000000000000/inbox`,
        MaxNumberOfMessages: 10,
      });
      const { Messages = [] } = await sqs.send(command);
      if (Messages.length === 0) break;
      for (const { Body = "" } of Messages) received.add(JSON.parse(Body).id);
    }
    expect(answered.filter((id) => !received.has(id))).toEqual([]);
    sqs.destroy();
    await cloud.stop();
  },
  LIMIT_MS,
);
