import { readFileSync } from "node:fs";
import { sampleS3Record, sampleSqsRecord } from "@doorbell/aws-events/testing";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badInputDocs } from "./docs.ts";
import { files } from "./files.ts";
import { readFound, reasonOf } from "./found.ts";
import { errorOf, type FunctionName, invocations } from "./invocations.ts";
import { keys, oneOrder } from "./keys.ts";
import { messages } from "./messages.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";
import { CANARY, type OrderId, orderPlaced } from "./samples.ts";
import { goodRecord, streamRecords } from "./stream-records.ts";

const IDLE_MS = 120_000;
/** The waits between the retries of an asynchronous event are minutes on AWS. */
const TIME_SCALE = 0.005;
const MEMORY_GOAL_MB = 192;

let cloud: LocalCloud;
let pipeline: Pipeline;
let found: Awaited<ReturnType<typeof readFound>>;
const logLines: string[] = [];

/** The cases with makers of order ids, such as `F7-before`, by which the ending of each is found. */
function coded<Case extends object>(letter: string, cases: readonly Case[]) {
  return cases.map((each, index) => {
    const code = `${letter}${index}-`;
    return { ...each, code, id: (name: string) => code + name };
  });
}

const fileCases = coded("F", files).map((each) => ({ ...each, key: `${each.code}file${each.suffix ?? ".csv"}` }));
const keyCases = coded("K", keys);
const messageCases = coded("M", messages);
const streamCases = coded("S", streamRecords);
const invocationCases = invocations.flatMap(({ input, payload, error, to }) =>
  to.map((name) => ({ input, name, payload: JSON.stringify(payload), error: errorOf(name, error) })),
);
const uploadMistakes = invocationCases.filter(({ name }) => name === "upload-ingest");

beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname, stage: "local", timeScale: TIME_SCALE });
  cloud.lambda.onLog(({ line }) => logLines.push(line));
  pipeline = openPipeline(cloud);
  for (const { earlier, id } of messageCases) if (earlier !== undefined) await pipeline.send(earlier(id));
  await uploadFiles();
  await uploadKeys();
  for (const { payload } of uploadMistakes) invokeAsync("upload-ingest", payload);
  await cloud.waitUntilIdle(IDLE_MS);
  await sendMessages();
  await sendStreamRecords();
  await cloud.waitUntilIdle(IDLE_MS);
  found = await readFound(pipeline);
}, 2 * IDLE_MS);

afterAll(async () => {
  pipeline?.close();
  await cloud?.stop();
});

const functionName = (name: FunctionName) => `doorbell-local-${name}`;
const invoke = async (name: FunctionName, payload: string) => cloud.lambda.invoke(functionName(name), payload);
const invokeAsync = (name: FunctionName, payload: string) => cloud.lambda.invokeAsync(functionName(name), payload);

async function uploadFiles(): Promise<void> {
  for (const { contents, key, id } of fileCases) await pipeline.upload(key, contents(id));
}

async function uploadKeys(): Promise<void> {
  for (const { contents, key, id, since } of keyCases) {
    if (since !== "deleted") await pipeline.upload(key, contents ?? oneOrder(id));
    if (since === undefined) continue;
    const bucket = { name: cloud.environment["UPLOADS_BUCKET"] };
    const record = sampleS3Record({ key, eTag: "an-earlier-one" });
    invokeAsync("upload-ingest", JSON.stringify({ Records: [{ ...record, s3: { ...record.s3, bucket } }] }));
  }
}

async function sendMessages(): Promise<void> {
  for (const { body, id, refusedBySqs, reported } of messageCases) {
    const before = JSON.stringify(orderPlaced(id("before")));
    const after = JSON.stringify(orderPlaced(id("after")));
    if (reported) await handOver({ before, bad: body(id), after }, ["bad"]);
    else if (refusedBySqs === undefined) for (const each of [before, body(id), after]) await pipeline.send(each);
  }
}

/** Hands messages to the function as SQS would, and checks which it reports as failed. */
async function handOver(bodies: Readonly<Record<string, string>>, failed: readonly string[]): Promise<void> {
  const Records = Object.entries(bodies).map(([messageId, body]) => sampleSqsRecord({ messageId, body }));
  const { payload } = await invoke("order-queue", JSON.stringify({ Records }));
  expect(JSON.parse(payload)).toEqual({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) });
}

async function sendStreamRecords(): Promise<void> {
  for (const { item, record, id, input } of streamCases) {
    if (item !== undefined) await pipeline.putOrderItem(item(id));
    if (record === undefined) continue;
    const Records = [goodRecord(id("before")), record(id), goodRecord(id("after"))];
    const { payload } = await invoke("change-audit", JSON.stringify({ Records }));
    expect(JSON.parse(payload), input).toEqual({ batchItemFailures: [] });
  }
}

/** The stored orders of one case, by their names within it. */
function ordersOf(code: string): string[] {
  const ids = found.orders.map(({ orderId }) => orderId).filter((id) => id.startsWith(code));
  return ids.map((id) => id.slice(code.length)).toSorted();
}

function expectStored(id: OrderId, stored: Readonly<Record<string, object>> = {}): void {
  for (const [name, order] of Object.entries(stored))
    expect(found.orders.find((each) => each.orderId === id(name))).toMatchObject(order);
}

describe("files", () => {
  test.each(fileCases)("$input", ({ key, code, id, receipt, orders, stored, rejects, parked }) => {
    const inQueue = found.parked.filter(({ body }) => body.includes(`"subject":"${code}`));
    expect({
      receipts: found.receiptsOf(key),
      orders: ordersOf(code),
      rejects: found.rejectsOf(key),
      parked: inQueue.map(reasonOf),
    }).toEqual({
      receipts: [receipt],
      orders: orders.toSorted(),
      rejects,
      parked: parked === undefined ? [] : [parked],
    });
    expectStored(id, stored);
  });
});

describe("keys", () => {
  test.each(keyCases)("$input", ({ key, code, partner, receipt, orders, since }) => {
    // What overwrote the object is an upload of its own.
    const newer = since === "overwritten" ? { receipts: ["done"], orders: ["only"] } : { receipts: [], orders: [] };
    expect(found.receiptsOf(key).toSorted()).toEqual([...newer.receipts, receipt]);
    expect(ordersOf(code)).toEqual([...newer.orders, ...orders]);
    expect(new Set(found.partnersOf(key))).toEqual(new Set([partner]));
    const owners = found.orders.flatMap((order) => (order.orderId.startsWith(code) ? [order.partner] : []));
    expect(owners.filter((owner) => owner !== partner)).toEqual([]);
  });
});

describe("messages", () => {
  test.each(messageCases)("$input", async ({ body, id, code, refusedBySqs, parked, stored = {} }) => {
    if (refusedBySqs !== undefined) {
      await expect(pipeline.send(body(id))).rejects.toThrow(refusedBySqs);
      return;
    }
    const inQueue = found.parked.filter((message) => message.body === body(id));
    expect(inQueue.map(reasonOf)).toEqual(parked === undefined ? [] : [parked]);
    expect(ordersOf(code)).toEqual(["after", "before", ...Object.keys(stored)].toSorted());
    expectStored(id, stored);
  });
});

describe("stream records", () => {
  test.each(streamCases)("$input", ({ id, code, record, parked, audited }) => {
    const failures = found.failures.filter((failure) => JSON.stringify(failure.record).includes(id("bad")));
    expect(failures.map(({ reason }) => reason)).toEqual(parked === undefined ? [] : [parked]);
    const entries = found.auditEntries.filter(({ orderKey }) => orderKey.startsWith(code));
    const around = record === undefined ? [] : [id("after"), id("before")];
    expect(entries.map(({ orderKey }) => orderKey).toSorted()).toEqual(
      audited === undefined ? around : [...around, id("odd")],
    );
    if (audited === undefined) return;
    const entry = entries.find(({ orderKey }) => orderKey === id("odd"));
    const changes = Object.fromEntries(entry?.changes.map(({ path, after }) => [path, after]) ?? []);
    expect({ ...entry, changes }).toMatchObject(audited);
  });
});

describe("invocations", () => {
  test.each(invocationCases)("$input, to $name: its caller gets the error", async ({ payload, name, error }) => {
    const answer = await invoke(name, payload);
    expect(answer.functionError).toBe("Unhandled");
    expect(JSON.parse(answer.payload)).toMatchObject({ errorMessage: error });
  });

  test.each(uploadMistakes)("$input, asynchronously: it ends in the failure queue", ({ payload, error }) => {
    const own = found.failedUploads.filter(({ requestPayload }) => JSON.stringify(requestPayload) === payload);
    expect(own).toMatchObject([
      {
        requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 3 },
        responsePayload: { errorMessage: error },
      },
    ]);
  });
});

test("nothing else is left anywhere", async () => {
  const { queues } = await cloud.status();
  expect(queues.filter(({ visible, inFlight, delayed }) => visible + inFlight + delayed > 0)).toEqual([]);
  expect(found.parked).toHaveLength([...files, ...messages].filter(({ parked }) => parked !== undefined).length);
  expect(found.failures).toHaveLength(streamRecords.filter(({ parked }) => parked !== undefined).length);
  expect(found.failedUploads).toHaveLength(uploadMistakes.length);
});

test("every change of every order is in the audit trail", () => {
  const audited = new Set(found.auditEntries.map(({ orderKey, version }) => `${orderKey} ${version}`));
  const orders = found.orders.filter(({ id }) => !/^S\d+-bad/.test(id));
  const changes = orders.flatMap(({ id, version }) =>
    Array.from({ length: version }, (_, index) => `${id} ${index + 1}`),
  );
  expect(changes.length).toBeGreaterThan(100);
  expect(changes.filter((change) => !audited.has(change))).toEqual([]);
});

const reportSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.literal("platform.report"),
    record: v.looseObject({ metrics: v.looseObject({ maxMemoryUsedMB: v.number() }) }),
  }),
);

test.runIf(process.platform === "linux")(`upload-ingest stays under ${MEMORY_GOAL_MB} MB`, () => {
  const peaks = cloud.lambda.logs(functionName("upload-ingest")).flatMap(({ line }) => {
    const report = v.safeParse(reportSchema, line);
    return report.success ? [report.output.record.metrics.maxMemoryUsedMB] : [];
  });
  expect(peaks.length).toBeGreaterThanOrEqual(files.length + keys.length);
  expect(Math.min(...peaks)).toBeGreaterThan(0);
  expect(Math.max(...peaks)).toBeLessThan(MEMORY_GOAL_MB);
});

test("no log line holds a name, a raw line or a body", () => {
  expect(logLines.length).toBeGreaterThan(files.length);
  expect(logLines.filter((line) => line.toLowerCase().includes(CANARY))).toEqual([]);
});

test("docs/bad-input.md says what this suite checks; `node tests/bad-input/write-docs.ts` writes it", () => {
  expect(readFileSync(new URL("../../docs/bad-input.md", import.meta.url), "utf8")).toBe(badInputDocs());
});
