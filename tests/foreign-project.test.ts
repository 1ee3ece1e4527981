import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { envLine } from "@doorbell/cli/local/env-line";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runCli } from "./support/cli-process.ts";
import { makeForeignProject } from "./support/foreign-project.ts";

const project = makeForeignProject();
let cloud: LocalCloud;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;
let messageId = "";
let requestId = "";

beforeAll(async () => {
  cloud = await startLocalCloud({ root: project.root, graph: project.graph, timeScale: 0.01 });
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  sqs = new SQSClient(config);
  dynamodb = new DynamoDBClient(config);
  project.write("event.json", JSON.stringify({ notice: "parcel-2" }));
}, 60_000);

afterAll(async () => {
  for (const client of [sqs, dynamodb]) client?.destroy();
  await cloud?.stop();
  project.remove();
}, 30_000);

/** A command as a person runs it in the project's folder. */
const doorbell = (...command: readonly string[]): Promise<Ended> =>
  runCli([...command, "--port", String(cloud.port)], { cwd: project.root });

async function json(...command: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stdout, stderr, status } = await doorbell(...command, "--json");
  expect(status, stderr).toBe(0);
  const list: unknown = JSON.parse(stdout);
  return Array.isArray(list) ? list : [];
}

describe("a project that has nothing of ours", () => {
  it("sees what failed, wherever the graph says that it ends", async () => {
    project.break();
    const QueueUrl = cloud.environment["PARCELS_QUEUE_URL"];
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "parcel-1" }));
    messageId = sent.MessageId ?? "";
    requestId =
      (await doorbell("invoke", "notify", "--event", "event.json", "--async")).stdout.split(" ").at(-1)?.trim() ?? "";
    await doorbell("invoke", "report", "--event", "event.json", "--async");
    await dynamodb.send(
      new PutItemCommand({ TableName: cloud.environment["DEPOT_TABLE"], Item: { id: { S: "parcel-3" } } }),
    );
    expect((await doorbell("wait", "--timeout", "60")).status).toBe(0);

    const failures = await json("failures", "list");
    expect(failures.toSorted((a, b) => String(a["place"]).localeCompare(String(b["place"])))).toMatchObject([
      { place: "bucket LostReports", kind: "event-exhausted", what: "an event", facts: { service: "report" } },
      { place: "queue LostChanges", kind: "batch-exhausted", what: "a batch", facts: { service: "recount" } },
      {
        place: "queue LostNotices",
        kind: "event-exhausted",
        reason: "RetriesExhausted: Error: the depot is closed",
        attempts: 1,
        facts: { service: "notify" },
      },
      {
        place: "queue ParcelsDlq",
        kind: "message-exhausted",
        what: "a message",
        reason: "received once and never handled; the log of worker says why",
        attempts: 1,
        facts: { "message id": messageId, service: "worker" },
      },
    ]);
  }, 90_000);

  it("tells what happened to an id that its functions log, and in an invocation", async () => {
    const { stdout } = await doorbell("trace", "parcel-1");
    expect(stdout).toMatch(/worker +\{"parcel":"parcel-1","from":"courier-dev-Parcels"\}\n/);
    expect(stdout).toMatch(/worker +the invocation failed/);
    const invocation = (await doorbell("trace", requestId)).stdout;
    expect(invocation).toMatch(/notify +\{"parcel":.*parcel-2/);
    expect(invocation).toMatch(/notify +the invocation failed: Error/);
    expect((await doorbell("trace", "parcel-9")).stderr).toContain("knows nothing of parcel-9");
  }, 60_000);

  it("sends back all that holds what failed, and says what does not", async () => {
    project.mend();
    const { stdout, status } = await doorbell("failures", "redrive", "--all", "--json");
    expect(status).toBe(1);
    const { results }: { results: Record<string, unknown>[] } = JSON.parse(stdout);
    expect(results.map(({ kind, result }) => `${String(kind)} ${String(result)}`).toSorted()).toEqual([
      "batch-exhausted kept",
      "event-exhausted sent",
      "event-exhausted sent",
      "message-exhausted sent",
    ]);
    expect(results.find(({ result }) => result === "kept")?.["detail"]).toContain("not what it was");
    await cloud.waitUntilIdle(60_000);
    expect((await json("failures", "list")).map(({ kind }) => kind)).toEqual(["batch-exhausted"]);
    expect((await doorbell("trace", "parcel-1")).stdout.match(/worker +\{"parcel"/g)).toHaveLength(2);
  }, 90_000);

  it("has a status, an environment and logs", async () => {
    expect((await doorbell("status")).stdout).toMatch(/courier-dev-ParcelsDlq/);
    expect((await doorbell("env")).stdout).toContain("export PARCELS_DLQ_URL=");
    const line = `${envLine(cloud.endpoint, project.root)}; echo "$PARCELS_DLQ_URL"`;
    const shell = await promisify(execFile)("/bin/sh", ["-c", line], { cwd: "/", env: {} });
    expect(shell.stdout.trim()).toBe(cloud.environment["PARCELS_DLQ_URL"]);
    expect((await doorbell("logs", "worker")).stdout).toContain("parcel-1");
    expect((await doorbell("demo")).stderr).toContain("unknown command 'demo'");
  }, 60_000);
});

describe("its doorbell.config.ts", () => {
  it("adds commands of its own, and words for what failed", async () => {
    project.write(
      "doorbell.config.ts",
      `export default {
        commands: async (program) =>
          void program.command("hello").option("--port <port>").action(() => void process.stdout.write("hello from the depot\\n")),
        failures: async ({ title }) => ({
          LostChanges: { place: "lost and found", kinds: { "batch-exhausted": "recount-lost" } },
        }),
      };`,
    );
    expect((await doorbell("hello")).stdout).toBe("hello from the depot\n");
    const lost = (await json("failures", "list")).filter(({ place }) => place === "lost and found");
    expect(lost).toMatchObject([{ kind: "recount-lost" }]);
    expect((await doorbell("failures", "list", "--reason", "recount-lost")).stdout).toContain(
      "1 failure: 1 recount-lost",
    );
  }, 60_000);

  it.each([
    ["a part that there is not", "export default { failure: async () => ({}) };", /doorbell\.config\.ts: .*failure/],
    ["no default export", "export const config = {};", /doorbell\.config\.ts: default/],
    ["an error of its own", "throw new Error('no such depot');", /could not be loaded: Error: no such depot/],
    [
      "a command that there is already",
      'export default { commands: async (program) => void program.command("up") };',
      /doorbell\.config\.ts: cannot add command 'up'/,
    ],
  ])(
    "with %s is refused by name, and harms no command that does not need it",
    async (_, text, message) => {
      project.write("doorbell.config.ts", text);
      const { status, stderr } = await doorbell("hello");
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain("    at ");
      expect((await doorbell("status")).status).toBe(0);
    },
    60_000,
  );
});
