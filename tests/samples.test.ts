import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runCli } from "./support/cli-process.ts";
import { root } from "./support/running-cloud.ts";

let cloud: LocalCloud;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-samples-"));
  cloud = await startLocalCloud({ root, stage: "local" });
}, 60_000);

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

const doorbell = (...command: readonly string[]): Promise<Ended> => runCli([...command, "--port", String(cloud.port)]);

/** `doorbell events sample … | doorbell invoke FUNCTION --event -`; the second one's end. */
async function piped(sample: readonly string[], functionName: string): Promise<Ended> {
  const { stdout, stderr, status } = await doorbell("events", "sample", ...sample);
  expect(status, stderr).toBe(0);
  const event = join(folder, "event.json");
  writeFileSync(event, stdout);
  const invoked = await doorbell("invoke", functionName, "--event", event);
  await cloud.waitUntilIdle(30_000);
  return invoked;
}

async function expectNothingFailed(): Promise<void> {
  expect((await doorbell("failures", "list", "--json")).stdout.trim()).toBe("[]");
  const verified = await doorbell("audit", "verify");
  expect(verified.status, verified.stdout).toBe(0);
}

describe("a sample, handed to the function of its source", () => {
  it("of S3 names a file that is in the cloud, puts one there where there is none, and ends well", async () => {
    const first = await piped(["s3", "--count", "2"], "upload-ingest");
    expect(first.status, first.stderr).toBe(0);
    const again = await piped(["s3"], "upload-ingest");
    expect(again.status, again.stderr).toBe(0);
    const throughTopic = JSON.parse((await doorbell("events", "sample", "s3-sns-sqs")).stdout);
    expect(JSON.parse(JSON.parse(throughTopic.Records[0].body).Message).Records[0].s3.object.key).toMatch(/^samples\//);
    await expectNothingFailed();
    const receipts: { key: string; status: string }[] = JSON.parse(
      (await doorbell("uploads", "list", "--json")).stdout,
    );
    expect(receipts.map(({ key, status }) => `${key} ${status}`).sort()).toEqual([
      "samples/seed-1/order-1.ndjson done",
      "samples/seed-1/order-2.ndjson done",
    ]);
  }, 90_000);

  it("with --made-up names nothing of the cloud, and changes nothing in it", async () => {
    const { stdout, stderr } = await doorbell("events", "sample", "s3", "--count", "9", "--made-up");
    expect(stderr).toBe("");
    expect(stdout).not.toContain("samples/");
    expect(JSON.parse((await doorbell("uploads", "list", "--json")).stdout)).toHaveLength(2);
  }, 30_000);

  it("of DynamoDB is the change that made a stored order, recorded once however often it comes", async () => {
    for (let time = 0; time < 2; time += 1) {
      const { status, stdout, stderr } = await piped(["dynamodb", "--count", "2"], "change-audit");
      expect(status, stderr).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ batchItemFailures: [] });
    }
    await expectNothingFailed();
  }, 90_000);

  it.each(["sqs", "doorbell.order.placed.v1", "doorbell.order.cancelled.v1"])(
    "%s is a message that order-queue takes, twice",
    async (name) => {
      for (let time = 0; time < 2; time += 1) {
        const { status, stdout, stderr } = await piped([name, "--count", "3", "--seed", "9"], "order-queue");
        expect(status, stderr).toBe(0);
        expect(JSON.parse(stdout)).toEqual({ batchItemFailures: [] });
      }
      await expectNothingFailed();
    },
    90_000,
  );
});

it("without a running cloud, samples carry the graph's names and are the same for the same seed", async () => {
  const nobody = { AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
  const sample = async (name: string) => (await runCli(["events", "sample", name], { shell: nobody })).stdout;
  const { UPLOADS_BUCKET = "", ORDERS_QUEUE_URL = "", ORDERS_TABLE = "" } = cloud.environment;
  expect(JSON.parse(await sample("s3")).Records[0]).toMatchObject({
    awsRegion: cloud.region,
    s3: { bucket: { name: UPLOADS_BUCKET, arn: `arn:aws:s3:::${UPLOADS_BUCKET}` } },
  });
  expect(JSON.parse(await sample("sqs")).Records[0].eventSourceARN).toBe(
    `arn:aws:sqs:${cloud.region}:000000000000:${ORDERS_QUEUE_URL.split("/").at(-1)}`,
  );
  expect(JSON.parse(await sample("dynamodb")).Records[0].eventSourceARN).toMatch(
    new RegExp(`^arn:aws:dynamodb:${cloud.region}:000000000000:table/${ORDERS_TABLE}/stream/`),
  );
  expect(JSON.parse(await sample("s3-eventbridge")).detail.bucket).toEqual({ name: UPLOADS_BUCKET });
  expect(await sample("s3")).toBe(await sample("s3"));
}, 60_000);
