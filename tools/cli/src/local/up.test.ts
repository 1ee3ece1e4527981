import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { renderGraph } from "@doorbell/sst-graph/committed-graph";
import { inputDigests } from "@doorbell/sst-graph/input-digests";
import { ownSst } from "@doorbell/sst-graph/sst-package";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";

const REGION = "eu-central-2";
const root = mkdtempSync(join(tmpdir(), "doorbell-up-"));
const lineSchema = v.object({
  endpoint: v.string(),
  environment: v.record(v.string(), v.string()),
  outputs: v.record(v.string(), v.unknown()),
  runs: v.record(v.string(), v.array(v.string())),
});
type Line = v.InferOutput<typeof lineSchema>;

let child: ChildProcess;
let boots: AsyncIterator<string>;
let said = "";

/** Configures queues of these names; the graph is committed, so that no platform is needed. */
async function configure(...queues: readonly string[]): Promise<void> {
  // The graph counts from when both are there.
  const digestsOf = async (config: string) => {
    const draft = mkdtempSync(join(tmpdir(), "doorbell-up-draft-"));
    writeFileSync(join(draft, "sst.config.ts"), config);
    mkdirSync(join(draft, "infra"));
    return inputDigests(draft).finally(() => rmSync(draft, { recursive: true }));
  };
  const config = `// ${queues.join(", ")}\n`;
  const settings = { app: "shop", stage: "local", removal: "remove", protect: false, region: REGION } as const;
  const resources = queues.map((name) => ({
    type: "aws:sqs/queue:Queue",
    name: `${name}Queue`,
    component: { type: "sst.aws.Queue", name },
    inputs: { name: `shop-local-${name}` },
  }));
  const [first = ""] = queues;
  const outputs = {
    first: `https://sqs.${REGION}.amazonaws.com/000000000000/shop-local-${first}`,
    many: queues.length,
  };
  const graph = { ...settings, sst: ownSst().version, components: [], resources, outputs };
  writeFileSync(join(root, "infra", "graph.json"), renderGraph(graph, await digestsOf(config), root));
  writeFileSync(join(root, "sst.config.ts"), config);
}

async function nextBoot(): Promise<Line> {
  const { value, done } = await boots.next();
  if (done === true) throw new Error(`doorbell up ended:\n${said}`);
  return v.parse(lineSchema, JSON.parse(value));
}

beforeAll(async () => {
  mkdirSync(join(root, "infra"));
  await configure("Jobs");
  const main = join(import.meta.dirname, "..", "main.ts");
  const command = [main, "up", "--json", "--port", "0", "--state", "state"];
  const env = { PATH: process.env["PATH"] };
  child = spawn(process.execPath, command, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  if (child.stdout === null || child.stderr === null) throw new Error("there is no output to read");
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  boots = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
});
afterAll(() => {
  child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

it("says what run() returns and what it runs; a changed configuration boots anew, with its state", async () => {
  const first = await nextBoot();
  const { JOBS_QUEUE_URL: jobs = "" } = first.environment;
  expect(jobs).toContain(first.endpoint);
  expect(first).toMatchObject({ outputs: { first: jobs, many: 1 }, runs: { queues: ["Jobs"] } });

  const credentials = { accessKeyId: "doorbell", secretAccessKey: "doorbell" };
  const sqs = new SQSClient({ endpoint: first.endpoint, region: REGION, credentials });
  await sqs.send(new SendMessageCommand({ QueueUrl: jobs, MessageBody: "kept" }));
  await configure("Jobs", "Mail");

  const second = await nextBoot();
  expect(second).toMatchObject({ endpoint: first.endpoint, outputs: { many: 2 }, runs: { queues: ["Jobs", "Mail"] } });
  const count = new GetQueueAttributesCommand({ QueueUrl: jobs, AttributeNames: ["ApproximateNumberOfMessages"] });
  expect((await sqs.send(count)).Attributes).toMatchObject({ ApproximateNumberOfMessages: "1" });
  expect(said).toContain("boots anew; its state is kept");
  sqs.destroy();

  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}, 120_000);
