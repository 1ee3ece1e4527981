import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { killJava } from "./emulators/kill-java.fixture.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import { startLocalCloud, type LocalCloud } from "./start-local-cloud.ts";
import { testGraph, watchedPipeline, WATCHER } from "../test/testing-graph.ts";

const LIMIT_MS = 120_000;
const TABLE = "test-orders-table";
let root: string;
let notices: string[];
let cloud: LocalCloud;
let client: DynamoDBClient;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-java-ends-"));
  await writeFile(join(root, "watcher.ts"), WATCHER);
  notices = [];
});
afterEach(async () => {
  client.destroy();
  await cloud.stop();
  await rm(root, { recursive: true });
});

async function boot(stateDir?: string): Promise<void> {
  const notice = (sentence: string) => notices.push(sentence);
  cloud = await startLocalCloud({
    root,
    graph: testGraph(watchedPipeline("TRIM_HORIZON")),
    notice,
    ...(stateDir !== undefined && { stateDir }),
  });
  const config = { endpoint: cloud.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  client = new DynamoDBClient({ ...config, maxAttempts: 1 });
}

/** Writes an item until it is acknowledged; the names of the errors before that. */
async function write(id: string): Promise<string[]> {
  const errors: string[] = [];
  for (;;) {
    try {
      await client.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: id } } }));
      return errors;
    } catch (error) {
      errors.push(error instanceof Error ? error.name : String(error));
      // A moment, as an SDK that retries leaves it.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Resolves once the cloud has noticed, which is a moment after the signal. */
async function noticedEnd(): Promise<void> {
  while ((await cloud.status()).dynamodb?.state === "running") await new Promise(setImmediate);
}

/** Resolves when the function has seen so many records. */
const sawSome = (count: number) =>
  new Promise<void>((resolve) => {
    const unsubscribe = cloud.lambda.onLog(() => {
      if (seen().length < count) return;
      unsubscribe();
      resolve();
    });
  });

const seen = () => cloud.lambda.logs("watcher").flatMap(({ line }) => /^saw (.*)$/.exec(line)?.[1] ?? []);

test(
  "a Java that is killed is started again on the state: nothing is lost or doubled, and nothing is idle meanwhile",
  async () => {
    await boot(join(root, "state"));
    const ids = Array.from({ length: 200 }, (_, at) => `id-${at}`);
    const errors: string[] = [];
    const midway = sawSome(20);
    const writing = (async () => {
      for (const id of ids) errors.push(...(await write(id)));
    })();
    await midway;
    killJava(process.pid);
    await noticedEnd();
    await cloud.waitUntilIdle(LIMIT_MS);
    expect((await cloud.status()).dynamodb).toEqual({ state: "running", restarts: 1 });
    await writing;
    await cloud.waitUntilIdle(LIMIT_MS);
    expect(new Set(errors)).toEqual(new Set(["InternalServerError"]));
    expect(seen()).toEqual(ids);
    const { Count } = await client.send(new ScanCommand({ TableName: TABLE, Select: "COUNT" }));
    expect(Count).toBe(ids.length);
    expect(notices).toEqual([
      `DynamoDB Local was ended by SIGKILL; it is started again on its data in ${join(root, "state", "dynamodb")}.`,
    ]);
  },
  LIMIT_MS,
);

test(
  "while Java is away a wait is not over, and the status says why",
  async () => {
    await boot(join(root, "state"));
    await cloud.waitUntilIdle(LIMIT_MS);
    killJava(process.pid);
    const requests = Array.from({ length: 50 }, (_, at) => write(`while-away-${at}`));
    await noticedEnd();
    expect((await cloud.status()).dynamodb).toEqual({ state: "restarting", restarts: 0, problem: notices[0] });
    await expect(cloud.waitUntilIdle(0)).rejects.toMatchObject({ code: "NOT_IDLE" });
    await Promise.all(requests);
    await cloud.waitUntilIdle(LIMIT_MS);
    expect(seen().toSorted()).toEqual(Array.from({ length: 50 }, (_, at) => `while-away-${at}`).toSorted());
  },
  LIMIT_MS,
);

test(
  "a Java that is killed in memory is the end: it is told, nothing is idle, requests are refused, and stop still works",
  async () => {
    await boot();
    await write("lost");
    await cloud.waitUntilIdle(LIMIT_MS);
    const failed = new Promise((resolve) => cloud.failed.addEventListener("abort", resolve));
    killJava(process.pid);
    await failed;
    const sentence = "DynamoDB Local was ended by SIGKILL, and its tables, which were in memory, are gone with it.";
    expect(cloud.failed.reason).toMatchObject({ code: "DYNAMODB_LOCAL_FAILED", message: sentence });
    await expect(cloud.waitUntilIdle(LIMIT_MS)).rejects.toThrow(sentence);
    expect((await cloud.status()).dynamodb).toMatchObject({ state: "failed", problem: sentence });
    await expect(client.send(new ScanCommand({ TableName: TABLE }))).rejects.toMatchObject({
      name: "InternalServerError",
      $metadata: { httpStatusCode: 500 },
    });
  },
  LIMIT_MS,
);
