import { expect, test } from "vitest";
import { renderGraph, toResources } from "./graph.ts";
import type { Registration } from "./mock-cloud.ts";

const registrations: readonly Registration[] = [
  { type: "aws:sqs/queue:Queue", name: "OrdersQueue", inputs: { name: "orders", delaySeconds: 0 } },
  { type: "aws:sqs/queue:Queue", name: "OrdersDlqQueue", inputs: { name: "dlq" } },
  { type: "aws:s3/bucket:Bucket", name: "UploadsBucket", inputs: { bucket: "uploads" } },
];
const head = {
  digest: "d",
  sst: "4",
  app: "doorbell",
  stage: "local",
  removal: "remove",
  protect: false,
  region: "eu-central-2",
} as const;
const render = (list: readonly Registration[]) => renderGraph({ ...head, resources: toResources(list) });

test("resources come sorted by type, then by name", () => {
  expect(toResources(registrations).map(({ name }) => name)).toEqual([
    "UploadsBucket",
    "OrdersDlqQueue",
    "OrdersQueue",
  ]);
});

test("neither the order of registration nor of keys reaches the text", () => {
  const reversed = registrations
    .map(({ type, name, inputs }) => ({ type, name, inputs: Object.fromEntries(Object.entries(inputs).toReversed()) }))
    .toReversed();
  expect(render(reversed)).toBe(render(registrations));
});

test("the text is JSON with a line feed at its end", () => {
  expect(render(registrations)).toMatch(/^\{\n {2}"digest": "d",[^]*\}\n$/);
  expect(JSON.parse(render(registrations))).toMatchObject(head);
});

test("SST's bookkeeping is left out", () => {
  const noise = [
    "pulumi:pulumi:Stack",
    "sst:aws:Queue",
    "random:index/randomBytes:RandomBytes",
    "aws:s3/bucketObjectv2:BucketObjectv2",
  ];
  expect(toResources(noise.map((type) => ({ type, name: "x", inputs: {} })))).toEqual([]);
});

test("a function is shown without the archive of the moment and without SST's own variables", () => {
  const inputs = {
    handler: "apps/a/src/handler.handler",
    s3Bucket: "assets",
    s3Key: "assets/1234.zip",
    environment: { variables: { SST_KEY: "secret", ORDERS_TABLE: "orders" } },
  };
  expect(toResources([{ type: "aws:lambda/function:Function", name: "F", inputs }])[0]?.inputs).toEqual({
    handler: "apps/a/src/handler.handler",
    environment: { variables: { ORDERS_TABLE: "orders" } },
  });
});

test("a resource that stays when it leaves the configuration says so", () => {
  const kept = { type: "aws:s3/bucket:Bucket", name: "B", inputs: { bucket: "b" }, retainOnDelete: true } as const;
  expect(JSON.parse(render([kept])).resources).toEqual([kept]);
  expect(render(registrations)).not.toContain("retainOnDelete");
});

test("a secret does not reach the text", () => {
  const value = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };
  const text = render([{ type: "aws:ssm/parameter:Parameter", name: "P", inputs: { value, list: [value] } }]);
  expect(JSON.parse(text).resources[0].inputs).toEqual({ value: "(secret)", list: ["(secret)"] });
  expect(text).not.toContain("hunter2");
});

test("a policy is written out statement by statement, another JSON text stays as it is", () => {
  const list = [
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "P",
      inputs: { policy: '{"Statement":[]}', redrivePolicy: '{"a":1}' },
    },
  ];
  expect(JSON.parse(render(list)).resources[0].inputs).toEqual({ policy: { Statement: [] }, redrivePolicy: '{"a":1}' });
});
