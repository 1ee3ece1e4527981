import { expect, test } from "vitest";
import { renderGraph } from "./committed-graph.ts";
import type { Evaluation } from "./evaluate.ts";
import { linkVariables, toGraph } from "./graph.ts";
import type { Constructed } from "./recording.ts";
import type { Registration } from "./registration.ts";

const registrations: readonly Registration[] = [
  { type: "aws:sqs/queue:Queue", name: "OrdersQueue", inputs: { name: "orders", delaySeconds: 0 } },
  { type: "aws:sqs/queue:Queue", name: "OrdersDlqQueue", inputs: { name: "dlq" } },
  { type: "aws:s3/bucket:Bucket", name: "UploadsBucket", inputs: { bucket: "uploads" } },
];
const app = { name: "doorbell", removal: "remove", protect: false, region: "eu-central-2" } as const;
const head = { digest: "d", sst: "4", stage: "local" };

const graphOf = (list: readonly Registration[], over: Partial<Evaluation> = {}, hideSecrets = false) =>
  toGraph(
    {
      app,
      registrations: list,
      constructed: [],
      builds: new Map(),
      outputs: {},
      missingSecrets: [],
      files: [],
      ...over,
    },
    head,
    hideSecrets,
  );
const render = async (list: readonly Registration[]) =>
  renderGraph({ ...(await graphOf(list, {}, true)), outputs: {} }, { "sst.config.ts": { sha256: "d" } }, "/project");
const inputsOf = async (type: string, inputs: Registration["inputs"]) =>
  (await graphOf([{ type, name: "X", inputs }])).resources[0]?.inputs;

test("resources come sorted by type, then by name", async () => {
  const { resources } = await graphOf(registrations);
  expect(resources.map(({ name }) => name)).toEqual(["UploadsBucket", "OrdersDlqQueue", "OrdersQueue"]);
});

test("what AWS would draw stands in the text, for whoever boots from it", async () => {
  const drawn = { functionUrl: "https://x.lambda-url.eu-central-2.on.aws/" };
  const text = await render([{ type: "aws:lambda/functionUrl:FunctionUrl", name: "AUrl", inputs: {}, drawn }]);
  expect(JSON.parse(text)).toMatchObject({ resources: [{ name: "AUrl", drawn }] });
});

test("neither the order of registration nor of keys reaches the text", async () => {
  const reversed = registrations
    .map(({ type, name, inputs }) => ({ type, name, inputs: Object.fromEntries(Object.entries(inputs).toReversed()) }))
    .toReversed();
  expect(await render(reversed)).toBe(await render(registrations));
  expect(JSON.stringify(await graphOf(reversed))).toBe(JSON.stringify(await graphOf(registrations)));
});

test("the text is JSON with a line feed at its end, without the places of lines", async () => {
  expect(await render(registrations)).toMatch(/^\{\n {2}"inputs": \{\n {4}"sst.config.ts": \{\n[^]*\}\n$/);
  expect(Object.keys(JSON.parse(await render(registrations)))).toEqual([
    "inputs",
    "sst",
    "app",
    "stage",
    "removal",
    "protect",
    "region",
    "outputs",
    "components",
    "resources",
  ]);
});

test("SST's bookkeeping is left out, a file that the configuration puts into a bucket is not", async () => {
  const noise = ["pulumi:pulumi:Stack", "sst:aws:Queue", "random:index/randomBytes:RandomBytes"];
  const object = "aws:s3/bucketObjectv2:BucketObjectv2";
  const list = [
    ...noise.map((type) => ({ type, name: "x", inputs: {} })),
    { type: object, name: "Code", inputs: { key: "assets/code-1.zip" } },
    { type: object, name: "Terms", inputs: { key: "terms.pdf" } },
  ];
  expect((await graphOf(list)).resources.map(({ name }) => name)).toEqual(["Terms"]);
});

test("a function is shown without the archive of the moment, the key to it, and tags", async () => {
  const inputs = {
    handler: "apps/a/src/handler.handler",
    s3Bucket: "assets",
    s3Key: "assets/1234.zip",
    tags: { team: "a" },
    environment: { variables: { SST_KEY: "secret", SST_KEY_FILE: "resource.enc", SST_RESOURCE_App: "{}", T: "t" } },
  };
  const type = "aws:lambda/function:Function";
  expect(await inputsOf(type, inputs)).toEqual({
    handler: "apps/a/src/handler.handler",
    environment: { variables: { SST_RESOURCE_App: "{}", T: "t" } },
  });
  const [reviewed] = JSON.parse(await render([{ type, name: "F", inputs }])).resources;
  expect(reviewed.inputs.environment).toEqual({ variables: { T: "t" } });
});

test("a resource that stays when it leaves the configuration says so", async () => {
  const kept = { type: "aws:s3/bucket:Bucket", name: "B", inputs: { bucket: "b" }, retainOnDelete: true } as const;
  expect(JSON.parse(await render([kept])).resources).toEqual([kept]);
  expect(await render(registrations)).not.toContain("retainOnDelete");
});

test("a secret is in the graph, and not in the text that is committed", async () => {
  const value = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };
  const list = [{ type: "aws:ssm/parameter:Parameter", name: "P", inputs: { value, policy: value } }];
  expect((await graphOf(list)).resources[0]?.inputs).toEqual({ value: "hunter2", policy: "hunter2" });
  expect(JSON.parse(await render(list)).resources[0].inputs).toEqual({ value: "(secret)", policy: "(secret)" });
  expect(await render(list)).not.toContain("hunter2");
});

test("a parameter that holds JSON is written out name by name, another one stays as it is", async () => {
  const list = ['{"B":"b","A":"a"}', "text", "7"].map((insecureValue, index) => ({
    type: "aws:ssm/parameter:Parameter",
    name: `P${index}`,
    inputs: { insecureValue },
  }));
  const values = JSON.parse(await render(list)).resources.map(({ inputs }: Registration) => inputs["insecureValue"]);
  expect(values).toEqual([{ A: "a", B: "b" }, "text", "7"]);
});

test("a policy is written out statement by statement, another JSON text stays as it is", async () => {
  const list = [
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "P",
      inputs: { policy: '{"Statement":[]}', redrivePolicy: '{"a":1}' },
    },
  ];
  expect(JSON.parse(await render(list)).resources[0].inputs).toEqual({
    policy: { Statement: [] },
    redrivePolicy: '{"a":1}',
  });
});

const constructed: readonly Constructed[] = [
  { type: "sst:aws:Queue", name: "Orders", place: "infra/orders.ts:3" },
  { type: "sst:sst:Secret", name: "Key", place: "infra/keys.ts:1" },
  { type: "sst:sst:LinkRef", name: "OrdersLinkRef" },
  { type: "sst:aws:Function", name: "Handler", parent: { type: "sst:aws:Queue", name: "Orders" } },
  { type: "aws:sqs/queue:Queue", name: "OrdersQueue", parent: { type: "sst:aws:Queue", name: "Orders" } },
  { type: "aws:sqs/queue:Queue", name: "OrdersDlqQueue", place: "sst.config.ts:9" },
  { type: "aws:lambda/function:Function", name: "F", parent: { type: "sst:aws:Function", name: "Handler" } },
];

test("components are called as the configuration calls them, with what they are a part of and their line", async () => {
  expect((await graphOf([], { constructed })).components).toEqual([
    { type: "sst.Secret", name: "Key", place: "infra/keys.ts:1" },
    { type: "sst.aws.Function", name: "Handler", parent: { type: "sst.aws.Queue", name: "Orders" } },
    { type: "sst.aws.Queue", name: "Orders", place: "infra/orders.ts:3" },
  ]);
});

test("a resource names the component that it belongs to, or the line that makes it", async () => {
  const { resources } = await graphOf(registrations, { constructed });
  expect(resources.find(({ name }) => name === "OrdersQueue")).toHaveProperty("component", {
    type: "sst.aws.Queue",
    name: "Orders",
  });
  const raw = resources.find(({ name }) => name === "OrdersDlqQueue");
  expect(raw).toHaveProperty("place", "sst.config.ts:9");
  expect(raw).not.toHaveProperty("component");
});

test("a function has what its code is built from, and its links as the variables that SST's Resource reads", async () => {
  const build = {
    functionID: "Handler",
    handler: "src/a.handler",
    runtime: "nodejs24.x",
    bundle: null,
    links: { Orders: { url: "u", type: "sst.aws.Queue" } },
    copyFiles: [{ from: "/p/a.txt", to: "a.txt", isDir: false }],
    properties: { format: "cjs" },
    isContainer: false,
  };
  const list = [{ type: "aws:lambda/function:Function", name: "F", inputs: { handler: "src/a.handler" } }];
  const graph = await graphOf(list, { constructed, builds: new Map([["Handler", build]]) });
  const code = graph.resources[0]?.code;
  expect(code).toEqual({
    handler: "src/a.handler",
    runtime: "nodejs24.x",
    options: { format: "cjs" },
    copyFiles: [{ from: "/p/a.txt", to: "a.txt", isDir: false }],
    links: { Orders: { url: "u", type: "sst.aws.Queue" } },
  });
  expect(linkVariables(graph, { links: code?.links ?? {} })).toEqual({
    SST_RESOURCE_Orders: '{"url":"u","type":"sst.aws.Queue"}',
    SST_RESOURCE_App: '{"name":"doorbell","stage":"local"}',
  });
});
