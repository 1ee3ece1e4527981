import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const repository = join(import.meta.dirname, "..", "..", "..");
const main = join(import.meta.dirname, "..", "src", "main.ts");

let root: string;
let temporary: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "evaluate-"));
  temporary = join(root, "tmp");
  await mkdir(join(root, "infra"));
  await mkdir(temporary);
  await symlink(join(repository, ".sst"), join(root, ".sst"));
  await writeFile(
    join(root, "sst.config.ts"),
    `export default $config({
      app: ({ stage }) => ({
        name: "try",
        home: "aws",
        removal: stage === "kept" ? "retain" : "remove",
        providers: { aws: { region: "eu-west-1" } },
      }),
      async run() { await import("./infra/thing.ts"); },
    });`,
  );
});
afterEach(() => rm(root, { recursive: true }));

const infra = (...lines: string[]) => writeFile(join(root, "infra", "thing.ts"), lines.join("\n"));
const graph = () => readFile(join(root, "infra", "graph.json"), "utf8");

function sstGraph(
  command: string,
  ...options: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, command, "--root", root, ...options], {
    encoding: "utf8",
    env: { ...process.env, TMPDIR: temporary },
  });
}

test("two evaluations give the same bytes, and leave nothing behind", async () => {
  await infra(
    `const queue = new sst.aws.Queue("Orders", { visibilityTimeout: "90 seconds" });`,
    `queue.subscribe({ handler: "a.handler", environment: { URL: queue.url } });`,
    `new sst.aws.Bucket("Uploads");`,
    `new sst.aws.Dynamo("Table", { fields: { id: "string" }, primaryIndex: { hashKey: "id" } });`,
  );
  expect(sstGraph("write")).toMatchObject({ status: 0, stderr: "" });
  const first = await graph();
  expect(sstGraph("write")).toMatchObject({ status: 0, stderr: "" });
  expect(await graph()).toBe(first);

  const { region, resources } = JSON.parse(first);
  expect(region).toBe("eu-west-1");
  expect(resources).toContainEqual(
    expect.objectContaining({
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      inputs: expect.objectContaining({ eventSourceArn: "arn:aws:sqs:eu-west-1:000000000000:try-local-OrdersQueue" }),
    }),
  );
  expect(await readdir(temporary)).toEqual([]);
  expect((await readdir(join(root, ".sst", "platform"))).filter((name) => name.startsWith("sst-graph"))).toEqual([]);
});

test("check and inputs fail once infra/ has changed, and say what to do", async () => {
  await infra(`new sst.aws.Queue("Orders");`);
  sstGraph("write");
  expect([sstGraph("check").status, sstGraph("inputs").status]).toEqual([0, 0]);
  await infra(`new sst.aws.Queue("Orders", { visibilityTimeout: "60 seconds" });`);
  for (const command of ["check", "inputs"]) {
    expect(sstGraph(command)).toMatchObject({ status: 1, stderr: expect.stringContaining("graph:write") });
  }
});

test("every stage has a graph of its own: those that are committed are written, any other is printed", async () => {
  await infra(`new sst.aws.Bucket("Uploads");`);
  expect(sstGraph("write", "--stage", "kept")).toMatchObject({ status: 0, stderr: "" });
  await infra(`new sst.aws.Bucket("Uploads", { cors: false });`);
  expect(sstGraph("check", "--stage", "kept")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("graph.kept"),
  });
  expect(sstGraph("write").stdout).toBe("infra/graph.json written\ninfra/graph.kept.json written\n");
  expect(sstGraph("check")).toMatchObject({ status: 0, stderr: "" });

  const bucketOf = (text: string) =>
    JSON.parse(text).resources.find(({ type }: { type: string }) => type === "aws:s3/bucket:Bucket");
  const kept = await readFile(join(root, "infra", "graph.kept.json"), "utf8");
  expect(bucketOf(kept)).toMatchObject({ retainOnDelete: true, inputs: { bucket: "try-kept-uploadsbucket" } });
  expect(bucketOf(await graph())).not.toHaveProperty("retainOnDelete");
  const printed = sstGraph("print", "--stage", "third");
  expect(JSON.parse(printed.stdout)).toMatchObject({ stage: "third", removal: "remove" });
  expect(bucketOf(printed.stdout)).toMatchObject({ inputs: { bucket: "try-third-uploadsbucket" } });
});

test.each<[what: string, lines: string[], message: RegExp]>([
  [
    "a value that a component only meets later",
    [
      `new sst.aws.Queue("Before");`,
      `new sst.aws.Queue("Orders", { visibilityTimeout: "3 parsecs" });`,
      `new sst.aws.Queue("After");`,
    ],
    /^infra\/thing\.ts:2: sst:aws:Queue "Orders": Invalid duration 3 parsecs$/m,
  ],
  [
    "a component that cannot be made at all",
    [``, `new sst.aws.Queue("My Queue");`],
    /^infra\/thing\.ts:2: .*"My Queue"/m,
  ],
  [
    "a lookup that only AWS can answer",
    [
      `new sst.aws.Queue("Before");`,
      `const vpc = aws.ec2.getVpcOutput({ default: true });`,
      `new aws.ec2.SecurityGroup("Group", { vpcId: vpc.id });`,
    ],
    /^infra\/thing\.ts:2: only AWS can answer .*aws:ec2\/getVpc:getVpc/m,
  ],
  ["an ordinary mistake", [``, ``, `$app.nothing.here;`], /^infra\/thing\.ts:3: .*undefined/m],
  ["a mistake in the language", [`const a = (;`], /^infra\/thing\.ts:1:11: ERROR/m],
  [
    "a value that never comes",
    [`new sst.aws.Queue("Orders", { dlq: $output(new Promise(() => {})) });`],
    /values never came/,
  ],
])("%s ends the evaluation with its file, line and component", async (_, lines, message) => {
  await infra(...lines);
  const { status, stderr } = sstGraph("write");
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
  await expect(graph()).rejects.toThrow(/ENOENT/);
});
