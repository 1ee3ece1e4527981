import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CommittedGraph, findCommitted, renderGraph } from "./committed-graph.ts";
import { inputDigests } from "./input-digests.ts";

const policy = JSON.stringify({ Statement: [{ Action: ["s3:GetObject"], Effect: "Allow", Resource: ["*"] }] });
const ask = (over: object = {}) => findCommitted({ root, stage: "local", sst: "4.0.0", environment: {}, ...over });

let root: string;
let graph: CommittedGraph;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "committed-graph-"));
  await mkdir(join(root, "infra"));
  await writeFile(join(root, "sst.config.ts"), `import "./infra/orders.ts"; export default {};`);
  await writeFile(join(root, "infra", "orders.ts"), "");
  graph = {
    sst: "4.0.0",
    app: "app",
    stage: "local",
    removal: "remove",
    protect: false,
    region: "eu-central-2",
    outputs: { url: "https://sqs" },
    components: [{ type: "sst.aws.Function", name: "Worker", place: "sst.config.ts:3" }],
    resources: [
      {
        type: "aws:lambda/function:Function",
        name: "WorkerFunction",
        component: { type: "sst.aws.Function", name: "Worker" },
        code: {
          handler: "src/worker.handler",
          options: { format: "cjs" },
          copyFiles: [{ from: join(root, "data"), to: "data", isDir: true }],
          links: { Queue: { url: "https://sqs" } },
        },
        inputs: { environment: { variables: { NAME: "value" } }, policy },
      },
    ],
  };
  await commit(graph);
});
afterEach(() => rm(root, { recursive: true }));

const commit = async (written: CommittedGraph) =>
  writeFile(join(root, "infra", "graph.json"), renderGraph(written, await inputDigests(root), root));

test("a committed graph comes back as it was evaluated, paths relative to the project, without the places of lines", async () => {
  const { outputs, ...evaluated } = graph;
  const [worker] = graph.resources;
  expect(await ask()).toEqual({
    graph: {
      ...evaluated,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      components: [{ type: "sst.aws.Function", name: "Worker" }],
      resources: [{ ...worker, code: { ...worker?.code, copyFiles: [{ from: "data", to: "data", isDir: true }] } }],
    },
    outputs,
    missingSecrets: [],
    files: expect.arrayContaining([join(root, "sst.config.ts"), join(root, "infra/orders.ts")]),
  });
});

test("it does not count once the configuration has changed", async () => {
  await writeFile(join(root, "infra", "orders.ts"), "a new resource");
  expect(await ask()).toBeUndefined();
});

test.each([
  ["another stage", { stage: "production" }],
  ["another version of SST", { sst: "4.0.1" }],
])("it does not count for %s", async (_, over) => {
  expect(await ask(over)).toBeUndefined();
});

test("one that hides a secret does not count: nothing could run with it", async () => {
  await commit({ ...graph, resources: [{ type: "t", name: "n", inputs: { token: "(secret)" } }] });
  expect(await ask()).toBeUndefined();
});

test("a file of another kind at its place is none", async () => {
  await writeFile(join(root, "infra", "graph.json"), "{}");
  expect(await ask()).toBeUndefined();
});
