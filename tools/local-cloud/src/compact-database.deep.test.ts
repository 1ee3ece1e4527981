import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { letDaysPass } from "./emulators/let-days-pass.fixture.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import { startLocalCloud } from "./start-local-cloud.ts";
import { seenSince, testGraph, watchedPipeline, WATCHER } from "../test/testing-graph.ts";

const LIMIT_MS = 120_000;
const MB = 1024 * 1024;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-compact-"));
});
afterEach(() => rm(root, { recursive: true }));

/** Bytes of all files in a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => stat(join(parentPath, name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}

test(
  "a state folder stays small over many writes, deletions, days and boots, and streams go on where they stood",
  async () => {
    await writeFile(join(root, "watcher.ts"), WATCHER);
    const stateDir = join(root, "state");
    const body = "x".repeat(20_000);
    const keys = Array.from({ length: 25 }, (_, at) => ({ id: { S: `item-${at}` } }));
    const sizes: number[] = [];
    const life = async (work: (clients: { s3: S3Client; dynamodb: DynamoDBClient }) => Promise<void>) => {
      const began = Date.now();
      const cloud = await startLocalCloud({ root, graph: testGraph(watchedPipeline("TRIM_HORIZON")), stateDir });
      sizes.push(await sizeOf(stateDir));
      const config = { endpoint: cloud.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
      const clients = { s3: new S3Client(config), dynamodb: new DynamoDBClient(config) };
      try {
        await work(clients);
        await cloud.waitUntilIdle(LIMIT_MS);
        return seenSince(began, cloud.lambda.logs("watcher"));
      } finally {
        for (const client of Object.values(clients)) client.destroy();
        await cloud.stop();
      }
    };
    const churn = async ({ s3, dynamodb }: { s3: S3Client; dynamodb: DynamoDBClient }) => {
      for (let round = 0; round < 4; round += 1) {
        const items = keys.map((key) => ({ PutRequest: { Item: { ...key, body: { S: body } } } }));
        await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { "test-orders-table": items } }));
        const gone = keys.map((Key) => ({ DeleteRequest: { Key } }));
        await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { "test-orders-table": gone } }));
        const object = { Bucket: "test-uploads", Key: `object-${round}` };
        await s3.send(new PutObjectCommand({ ...object, Body: Buffer.alloc(2 * MB) }));
        await s3.send(new DeleteObjectCommand(object));
      }
    };
    for (let day = 0; day < 3; day += 1) {
      expect(await life(churn)).toHaveLength(4 * keys.length * 2);
      expect(await sizeOf(stateDir)).toBeGreaterThan(4 * MB);
      letDaysPass(join(stateDir, "dynamodb"));
    }
    // DynamoDB Local forgets old records when it starts; the space that they took is given back at the boot after that one.
    const put = (id: string) => (clients: { dynamodb: DynamoDBClient }) =>
      clients.dynamodb
        .send(new PutItemCommand({ TableName: "test-orders-table", Item: { id: { S: id } } }))
        .then(() => undefined);
    expect(await life(put("next"))).toEqual(["next"]);
    expect(await life(put("last"))).toEqual(["last"]);
    expect(sizes.at(-1)).toBeLessThan(MB);
  },
  LIMIT_MS,
);
