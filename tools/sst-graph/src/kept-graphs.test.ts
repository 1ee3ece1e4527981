import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchEnvironment } from "./environment-reads.ts";
import type { Graph } from "./graph.ts";
import { type Question, findKept, keep } from "./kept-graphs.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kept-graphs-"));
  await mkdir(join(root, "infra"));
  await write("sst.config.ts", "config");
  await write("infra/orders.ts", "orders");
});
afterEach(() => rm(root, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(root, file), text);
const files = () => ["infra/orders.ts", "sst.config.ts"].map((file) => join(root, file));

const graph: Graph = {
  digest: "",
  sst: "4.0.0",
  app: "shop",
  stage: "local",
  removal: "remove",
  protect: false,
  region: "eu-west-1",
  components: [],
  resources: [{ type: "aws:sqs/queue:Queue", name: "Q", inputs: { name: "q" } }],
};
const question = (over: Partial<Question> = {}): Question => ({
  root,
  stage: "local",
  sst: "4.0.0",
  environment: {},
  ...over,
});
const evaluation = () => ({ graph, outputs: { url: "u" }, missingSecrets: ["Key"], files: files() });

test("what was kept is found again, with a digest of what it was made from", async () => {
  const kept = await keep(question(), evaluation(), {});
  expect(kept.graph.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await findKept(question())).toEqual(kept);
  expect(kept).toEqual({ ...evaluation(), graph: { ...graph, digest: kept.graph.digest } });
});

test.each([
  ["a file that it was made of", () => write("infra/orders.ts", "changed")],
  ["a file that is gone", () => rm(join(root, "sst.config.ts"))],
  ["a tsconfig.json that was not there", () => write("infra/tsconfig.json", "{}")],
  ["the tsconfig.json of the project", () => write("tsconfig.json", "{}")],
])("%s makes it stale", async (_, change) => {
  await keep(question(), evaluation(), {});
  await change();
  expect(await findKept(question())).toBeUndefined();
});

test("a file that it was not made of does not", async () => {
  await keep(question(), evaluation(), {});
  await write("infra/notes.ts", "new");
  expect(await findKept(question())).toBeDefined();
});

test.each<[string, Partial<Question>]>([
  ["stage", { stage: "other" }],
  ["version of SST", { sst: "4.0.1" }],
  ["secret", { environment: { SST_SECRET_Key: "1" } }],
])("another %s is another question, and both answers are kept", async (_, over) => {
  await keep(question(), evaluation(), {});
  expect(await findKept(question(over))).toBeUndefined();
  await keep(question(over), evaluation(), {});
  expect(await findKept(question())).toBeDefined();
  expect(await findKept(question(over))).toBeDefined();
});

test("a variable that the configuration read has to keep its value", async () => {
  const { variables, reads } = watchEnvironment({ GREETING: "hello" }, () => true);
  expect(variables["GREETING"]).toBe("hello");
  await keep(question(), evaluation(), reads());
  expect(await findKept(question({ environment: { GREETING: "hello", OTHER: "1" } }))).toBeDefined();
  expect(await findKept(question({ environment: { GREETING: "bye" } }))).toBeUndefined();
});

test("the folder is ignored by git and its files are their owner's alone", async () => {
  await keep(question(), evaluation(), {});
  expect(await readFile(join(root, ".doorbell", ".gitignore"), "utf8")).toBe("*\n");
  const [name = ""] = await readdir(join(root, ".doorbell", "graphs"));
  expect((await stat(join(root, ".doorbell", "graphs", name))).mode & 0o077).toBe(0);
});

test("a file that was cut off counts as none", async () => {
  await keep(question(), evaluation(), {});
  const [name = ""] = await readdir(join(root, ".doorbell", "graphs"));
  await write(join(".doorbell", "graphs", name), '{"reads":');
  expect(await findKept(question())).toBeUndefined();
});

test("at most twenty are kept", async () => {
  for (let number = 0; number < 22; number += 1) await keep(question({ stage: `s${number}` }), evaluation(), {});
  expect(await readdir(join(root, ".doorbell", "graphs"))).toHaveLength(20);
  expect(await findKept(question({ stage: "s21" }))).toBeDefined();
});
