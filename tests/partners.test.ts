import { gzipSync } from "node:zlib";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { sampleOrder } from "@doorbell/event-contracts/testing";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { isOrderSettled } from "@doorbell/order-queue/log-events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "./support/cli-process.ts";
import { root } from "./support/running-cloud.ts";

/** Far more than the pipeline takes while the small file goes through; the test does not wait for the rest. */
const LARGE_FILE_ORDERS = 150_000;

let cloud: LocalCloud;
let s3: S3Client;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  cloud = await startLocalCloud({ root, stage: "local" });
  const { endpoint, region } = cloud;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  dynamodb = new DynamoDBClient({ endpoint, region, credentials });
  s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}, 60_000);

afterAll(async () => {
  for (const client of [s3, dynamodb]) client?.destroy();
  await cloud?.stop();
}, 60_000);

const upload = (Key: string, Body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket: cloud.environment["UPLOADS_BUCKET"], Key, Body }));

const order = (orderId: string, currency: string) => `${JSON.stringify(sampleOrder({ orderId, currency }))}\n`;

/** Resolves when order-queue says that it has stored the order. */
function stored(orderKey: string): Promise<void> {
  return new Promise((resolve) => {
    const stopListening = cloud.lambda.onLog(({ line }) => {
      const said: unknown = line.startsWith("{") ? JSON.parse(line) : undefined;
      const isIt = typeof said === "object" && said !== null && isOrderSettled(said) && said.orderKey === orderKey;
      if (!isIt || said.outcome !== "applied") return;
      stopListening();
      resolve();
    });
  });
}

const doorbell = (...command: string[]) => runCli([...command, "--port", String(cloud.port)]);

it("a small file of one partner is through while another's large one runs, and both have an ORDER-1", async () => {
  const large = Array.from({ length: LARGE_FILE_ORDERS }, (_, number) => order(`ORDER-${number}`, "CHF")).join("");
  const [largeBegun, smallDone] = [stored("acme/ORDER-1"), stored("in%20coming/ORDER-1")];
  await upload("acme/large.ndjson.gz", gzipSync(large, { level: 1 }));
  await largeBegun;
  await upload("in coming/small.ndjson", order("ORDER-1", "EUR"));
  await smallDone;

  const uploads: { partner: string; status: string }[] = JSON.parse(
    (await doorbell("uploads", "list", "--json")).stdout,
  );
  expect(uploads.map(({ partner, status }) => `${partner} ${status}`).toSorted()).toEqual([
    "acme processing",
    "in%20coming done",
  ]);
  for (const [key, currency] of [
    ["acme/ORDER-1", "CHF"],
    ["in%20coming/ORDER-1", "EUR"],
  ] as const) {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: cloud.environment["ORDERS_TABLE"], Key: { id: { S: key } } }),
    );
    expect(Item).toMatchObject({ version: { N: "1" }, placed: { M: { currency: { S: currency } } } });
  }
}, 180_000);

it("an order's id alone names the order of the one partner that has it, or lists those of all that have", async () => {
  const ambiguous = await doorbell("orders", "show", "ORDER-1");
  expect(ambiguous).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/ has 2 orders ORDER-1: acme\/ORDER-1, in%20coming\/ORDER-1; name one of them\.\n$/),
  });
  const traced = await doorbell("trace", "ORDER-1");
  expect(traced.stdout).toMatch(/^ORDER-1 leads to 2 orders, such as (?:acme|in%20coming)\/ORDER-1, .*; name one/m);
  expect(JSON.parse((await doorbell("orders", "show", "ORDER-2")).stdout)).toMatchObject({ id: "acme/ORDER-2" });
}, 180_000);
