import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { badFile } from "@doorbell/ops/demo/bad-file";
import { hasAwsCli } from "./support/aws-cli.ts";
import { ProcessTree } from "./support/process-tree.ts";
import { type RunningCloud, startCloud } from "./support/running-cloud.ts";

let cloud: RunningCloud;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-up-"));
  cloud = await startCloud();
}, 60_000);

afterAll(() => {
  if (cloud.child.exitCode === null) process.kill(-(cloud.child.pid ?? 0), "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a line in a shell that has evaluated `doorbell env`, with no other configuration of AWS. */
async function shell(line: string): Promise<string> {
  const exports = await cloud.doorbell("env");
  const { PATH = "", HOME = "" } = process.env;
  const run = spawnSync("sh", ["-ec", `${exports}\n${line}`], {
    encoding: "utf8",
    env: {
      PATH,
      HOME,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_PAGER: "",
      FOLDER: folder,
    },
  });
  if (run.status !== 0) throw new Error(`${line}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

describe("doorbell up", () => {
  it("env names the endpoint, the region, credentials and every resource", () => {
    const client = [
      "AWS_ACCESS_KEY_ID",
      "AWS_DEFAULT_REGION",
      "AWS_ENDPOINT_URL",
      "AWS_REGION",
      "AWS_SECRET_ACCESS_KEY",
    ];
    const published = graph.resources.flatMap(({ inputs }) =>
      "insecureValue" in inputs ? Object.keys(Object(inputs.insecureValue)) : [],
    );
    expect(published).toContain("ORDERS_QUEUE_URL");
    expect(Object.keys(cloud.environment).toSorted()).toEqual([...client, ...published].toSorted());
  });

  it.runIf(hasAwsCli)(
    "the AWS CLI alone uploads a file and reads orders, audit entries, queue attributes and the DLQ",
    async () => {
      writeFileSync(join(folder, "orders.csv"), badFile.text);
      await shell('aws s3 cp "$FOLDER/orders.csv" "s3://$UPLOADS_BUCKET/partners/orders with spaces+ü.csv"');
      expect(await cloud.doorbell("wait", "--idle", "--timeout", "60")).toMatch(/^idle after/);

      const orders = await shell(
        'aws dynamodb scan --table-name "$ORDERS_TABLE" --query "sort(Items[].id.S)" --output text',
      );
      expect(orders.split(/\s+/).filter(Boolean)).toEqual(badFile.goodOrders.map((id) => `partners/${id}`));
      const entries = await shell(
        'aws dynamodb scan --table-name "$AUDIT_TABLE" --query "sort(Items[].orderKey.S)" --output text',
      );
      expect(entries.split(/\s+/).filter(Boolean)).toEqual(badFile.goodOrders.map((id) => `partners/${id}`));
      const attributes = await shell(
        'aws sqs get-queue-attributes --queue-url "$ORDERS_QUEUE_URL" --attribute-names All --query Attributes.VisibilityTimeout --output text',
      );
      expect(Number(attributes)).toBeGreaterThanOrEqual(6 * 30);
      expect(await shell('aws sqs receive-message --queue-url "$ORDERS_DLQ_URL"')).toBe("");
      const rejects = await shell('aws s3 ls "s3://$REJECTS_BUCKET" --recursive');
      expect(rejects).toMatch(/\.ndjson/);
    },
    90_000,
  );

  it.runIf(hasAwsCli)(
    "the AWS CLI parks a message of its own in the DLQ, with the reason in its attributes",
    async () => {
      await shell('aws sqs send-message --queue-url "$ORDERS_QUEUE_URL" --message-body "not an order"');
      await cloud.doorbell("wait", "--idle", "--timeout", "60");
      const parked = await shell(
        'aws sqs receive-message --queue-url "$ORDERS_DLQ_URL" --message-attribute-names All --query "Messages[0].[Body, MessageAttributes.DoorbellReason.StringValue]" --output text',
      );
      expect(parked).toMatch(/^not an order\t.*JSON/);
    },
    60_000,
  );

  it.runIf(hasAwsCli)(
    "orders show prints what the AWS CLI put into the orders table by hand, and trace says that it is no order",
    async () => {
      await shell(
        `aws dynamodb put-item --table-name "$ORDERS_TABLE" --item '{"id":{"S":"by-hand"},"status":{"S":"placed"}}'`,
      );
      expect(JSON.parse(await cloud.doorbell("orders", "show", "by-hand"))).toEqual({
        id: "by-hand",
        status: "placed",
      });
      await expect(cloud.doorbell("trace", "by-hand")).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^doorbell: order by-hand is not stored as this release writes it, at version;/),
      });
    },
    60_000,
  );

  it("invoke runs a function synchronously, by its short name, and shows its error to the caller", async () => {
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ Records: [] }));
    expect(JSON.parse(await cloud.doorbell("invoke", "order-queue", "--event", event))).toEqual({
      batchItemFailures: [],
    });
    writeFileSync(event, JSON.stringify({ hello: "world" }));
    await expect(cloud.doorbell("invoke", "order-queue", "--event", event)).rejects.toMatchObject({ code: 1 });
  });

  it("invoke --async is acknowledged, and the function runs afterwards", async () => {
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ Records: [] }));
    const before = invocations(await cloud.doorbell("status", "--json"), "change-audit");
    expect(await cloud.doorbell("invoke", "change-audit", "--event", event, "--async")).toMatch(
      /^accepted as [0-9a-f-]{36}/,
    );
    await cloud.doorbell("wait", "--idle", "--timeout", "60");
    expect(invocations(await cloud.doorbell("status", "--json"), "change-audit")).toBe(before + 1);
  });

  it("logs prints what a function wrote, and an unknown function is named with those there are", async () => {
    expect(await cloud.doorbell("logs", "order-queue")).toMatch(
      /doorbell-local-order-queue .*platform\.report|order-queue/,
    );
    await expect(cloud.doorbell("logs", "no-such")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("order-queue"),
    });
  });

  it.runIf(process.platform === "linux")("listens on 127.0.0.1 alone, and so does all that it started", async () => {
    const tree = new ProcessTree(cloud.child.pid ?? 0);
    tree.look();
    const listeners = tree.listeners();
    const port = Number(new URL(cloud.endpoint).port).toString(16).toUpperCase().padStart(4, "0");
    expect(listeners).toContain(`0100007F:${port}`);
    // The endpoint, DynamoDB Local, and the Runtime API of an environment at least.
    expect(listeners.length).toBeGreaterThanOrEqual(3);
    expect(listeners.filter((listener) => !/^(?:0{16}FFFF0000)?0100007F:/.test(listener))).toEqual([]);
  });

  it("Ctrl-C ends it with everything it started", async () => {
    const tree = new ProcessTree(cloud.child.pid ?? 0);
    expect(tree.look()).toBeGreaterThan(1);
    expect(await cloud.interrupt()).toBe(0);
    expect(await tree.survivors(10_000)).toEqual([]);
    await expect(fetch(`${cloud.endpoint}/_doorbell/status`)).rejects.toThrow();
  }, 30_000);
});

function invocations(json: string, name: string): number {
  const { functions }: { functions: { function: string; invocations: number }[] } = JSON.parse(json);
  return functions.find((each) => each.function.endsWith(name))?.invocations ?? 0;
}
