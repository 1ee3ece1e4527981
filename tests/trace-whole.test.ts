import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type Environment, openEnvironment } from "@doorbell/cli/aws/environment";
import type { DoorbellConfig } from "@doorbell/cli/config";
import { listFailures } from "@doorbell/cli/operate/failures/find-failures";
import { openSources } from "@doorbell/cli/operate/failures/open-sources";
import { redrive } from "@doorbell/cli/operate/failures/redrive";
import { formatStory } from "@doorbell/cli/operate/trace";
import { localLogs } from "@doorbell/cli/operate/trace/log-search";
import { readStory } from "@doorbell/cli/operate/trace/read-story";
import { findCloud } from "@doorbell/cli/running-cloud";
import { sampleOrder } from "@doorbell/event-contracts/testing";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { failureHooks } from "@doorbell/ops/failures/failure-hooks";
import { openStoredRecords } from "@doorbell/ops/stored-records";
import { traceHooks } from "@doorbell/ops/trace/trace-hooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cancelledEvent, placedEvent } from "./support/order-events.ts";
import { root } from "./support/running-cloud.ts";

const config: Pick<DoorbellConfig, "trace" | "failures"> = {
  trace: (environment) => Promise.resolve(traceHooks(environment)),
  failures: (environment) => Promise.resolve(failureHooks(environment)),
};
/** A story ends with a command that sends back what is parked. */
const SENT_BACK = String.raw`"doorbell failures redrive [0-9a-f]{8}" sends it back`;

let cloud: LocalCloud;
let environment: Environment;
let sqs: SQSClient;
let s3: S3Client;

beforeAll(async () => {
  cloud = await startLocalCloud({
    root,
    graph,
    timeScale: 0.001, // retries after a minute and two
    // Each of the three tries of the first upload dies at its first call.
    faults: { seed: 1, crashAt: [1, 2, 3].map((call) => ({ function: "upload-ingest", call })) },
  });
  environment = await openEnvironment({ port: cloud.port }, {});
  ({ sqs, s3 } = environment);
}, 60_000);

afterAll(async () => {
  environment?.close();
  await cloud?.stop();
}, 30_000);

/** The story as a terminal of 80 columns shows it, its broken lines whole again, and the kinds of its steps. */
async function story(id: string): Promise<{ readonly text: string; readonly kinds: readonly string[] }> {
  const search = localLogs(findCloud({ port: cloud.port }, {}), (service) => environment.functionName(service));
  const found = await readStory(id, environment, { config, search });
  if (found === undefined) throw new Error(`nothing knows ${id}`);
  const { material, steps, summary } = found;
  const shown = formatStory(material, steps, summary, 80);
  expect(shown.split("\n").filter((line) => line.length > 80)).toEqual([]);
  const times = steps.map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  return { text: formatStory(material, steps, summary), kinds: steps.map(({ kind }) => kind) };
}

async function send(body: string): Promise<string> {
  const QueueUrl = cloud.environment["ORDERS_QUEUE_URL"];
  const { MessageId = "" } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  await cloud.waitUntilIdle(60_000);
  return MessageId;
}

/** An event that can never be read: nobody has heard of its version. */
function unreadable(orderId: string): { readonly id: string; readonly body: string } {
  const { id, body } = placedEvent(orderId);
  return { id, body: body.replace("order.placed.v1", "order.placed.v99") };
}

async function put(key: string, lines: readonly object[]): Promise<void> {
  const Body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await s3.send(new PutObjectCommand({ Bucket: cloud.environment["UPLOADS_BUCKET"], Key: key, Body }));
  await cloud.waitUntilIdle(60_000);
}

it("tells of an upload that was given up, and how it went when it was sent back", async () => {
  await put(
    "acme/late.ndjson",
    ["late-1", "late-2"].map((orderId) => sampleOrder({ orderId })),
  );
  const sources = await openSources(environment, config);
  const planned = await listFailures(sources, {});
  expect(planned.map(({ kind, what }) => `${kind}: ${what}`)).toEqual(["upload-exhausted: file acme/late.ndjson"]);
  const byKey = await story("acme/late.ndjson");
  expect(byKey.text).toMatch(new RegExp(`In the queue of failed uploads since .* after 3 attempts: .*${SENT_BACK}`));
  expect(byKey.kinds.filter((kind) => kind === "failed")).toHaveLength(3);
  expect(byKey.kinds.at(-1)).toBe("kept");

  const { signal } = new AbortController();
  await redrive(sources, planned, { ratePerSecond: 100, signal, onResult: () => {} });
  await cloud.waitUntilIdle(60_000);
  const [receipt] = await openStoredRecords(environment).receipts(1);
  const { text, kinds } = await story(receipt?.id ?? "");
  const tried = ["delivered", "failed"];
  const redriven = ["uploaded", ...tried, ...tried, ...tried, "redelivered", "delivered", "read"];
  expect(kinds.slice(0, redriven.length)).toEqual(redriven);
  expect(text).toMatch(/upload-ingest +its event came again, in a new invocation: sent back/);
  expect(text).toMatch(/the file was read \(done\): 2 lines, 2 orders sent, 0 lines refused/);
  expect(text).not.toContain("sends it back");

  const order = await story("acme/late-1");
  expect(order.kinds.filter((kind) => kind === "failed")).toHaveLength(3);
  expect(order.text).toMatch(/Order acme\/late-1 is placed, in version 1\./);
}, 120_000);

it("tells of a message that was refused, by its order, its event and its message, until it is sent back", async () => {
  const { id, body } = unreadable("refused-1");
  const messageId = await send(body);
  const { text, kinds } = await story("default/refused-1");
  expect(kinds).toEqual(["delivered", "parked"]);
  expect(text).toMatch(/order-queue +refused and parked: /);
  expect(text).toMatch(/^There is no order default\/refused-1\.$/m);
  expect(text).toMatch(
    new RegExp(`^In the orders DLQ since .*: order-rejected [0-9a-f]{8} after 1 attempt: .*${SENT_BACK}`, "m"),
  );
  for (const other of [id, messageId, "refused-1", "story-of-refused-1"])
    expect((await story(other)).text, other).toBe(text);

  const nameless = await story(await send('{"customer":"Ada Example"'));
  expect(nameless.kinds).toEqual(["delivered", "parked"]);
  expect(nameless.text).toMatch(/^Nothing that is logged or kept of .* names any order\.$/m);
  expect(nameless.text).toMatch(new RegExp(`In the orders DLQ .*${SENT_BACK}`));
  expect(nameless.text).not.toContain("Ada");
}, 120_000);

it("tells of each of three parked deliveries of one order", async () => {
  for (let count = 0; count < 3; count += 1) await send(unreadable("thrice").body);
  const { text, kinds } = await story("default/thrice");
  expect(kinds.filter((kind) => kind === "parked")).toHaveLength(3);
  const ids = [...text.matchAll(/order-rejected ([0-9a-f]{8}) after 1 attempt/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(3);
}, 120_000);

it("tells that an order which was cancelled before it came never came", async () => {
  await send(cancelledEvent("never").body);
  const { text, kinds } = await story("default/never");
  expect(kinds).toEqual(["delivered", "written", "delivered", "audited"]);
  expect(text).toMatch(/order\.cancelled .* was applied: order not there yet/);
  expect(text).toMatch(/Order default\/never is cancelled, in version 1\.\nIt never came: /);
  await send(placedEvent("never").body);
  expect((await story("default/never")).text).not.toContain("never came");
}, 120_000);

it("tells of a rejected line, by its order and by its upload", async () => {
  const faulty = { ...sampleOrder({ orderId: "bad-1" }), currency: "no currency of Ada Example" };
  await put("acme/mixed.ndjson", [sampleOrder({ orderId: "good-1" }), faulty]);
  const { text, kinds } = await story("acme/bad-1");
  expect(kinds).toEqual(["uploaded", "delivered", "read", "refused"]);
  expect(text).toMatch(
    /rejects bucket +line 2 \(order bad-1\) of acme\/mixed\.ndjson was refused: currency: expected /,
  );
  expect(text).toMatch(/^There is no order acme\/bad-1: it never came\.$/m);
  const uploadId = /\(upload ([0-9a-f]{32})\) was refused/.exec(text)?.[1] ?? "";
  expect((await story(uploadId)).text).toContain("line 2 (order bad-1) of acme/mixed.ndjson was refused");
  expect((await story("acme/good-1")).text).not.toContain("bad-1");
  expect(text).not.toContain("Ada Example");
}, 120_000);
