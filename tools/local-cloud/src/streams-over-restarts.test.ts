import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { letDaysPass } from "./emulators/let-days-pass.fixture.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import { startLocalCloud } from "./start-local-cloud.ts";
import { seenSince, testGraph, watchedPipeline, WATCHER } from "../test/testing-graph.ts";

const LIMIT_MS = 60_000;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-streams-"));
  await writeFile(join(root, "watcher.ts"), WATCHER);
});
afterEach(() => rm(root, { recursive: true }));

/** One life of a local cloud in which items are written; the ids that the function saw in it. */
async function writing(pipeline: ReturnType<typeof watchedPipeline>, ...ids: readonly string[]): Promise<string[]> {
  const began = Date.now();
  const cloud = await startLocalCloud({ root, graph: testGraph(pipeline), stateDir: join(root, "state") });
  const client = new DynamoDBClient({ endpoint: cloud.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  try {
    for (const id of ids)
      await client.send(new PutItemCommand({ TableName: "test-orders-table", Item: { id: { S: id } } }));
    await cloud.waitUntilIdle(LIMIT_MS);
    return seenSince(began, cloud.lambda.logs("watcher"));
  } finally {
    client.destroy();
    await cloud.stop();
  }
}

test(
  "a write that changes nothing emits no record; checkpoints of a table that is gone are no obstacle to its successor",
  async () => {
    const pipeline = watchedPipeline("LATEST");
    expect(await writing(pipeline, "same", "same", "other")).toEqual(["same", "other"]);
    await rm(join(root, "state", "dynamodb"), { recursive: true });
    expect(await writing(pipeline, "next")).toEqual(["next"]);
  },
  LIMIT_MS,
);

test(
  "after days in which nothing ran, when every record has expired, the next change is delivered",
  async () => {
    const pipeline = watchedPipeline("TRIM_HORIZON");
    expect(await writing(pipeline, "one", "two")).toEqual(["one", "two"]);
    letDaysPass(join(root, "state", "dynamodb"));
    expect(await writing(pipeline, "three")).toEqual(["three"]);
    expect(await writing(pipeline, "four")).toEqual(["four"]);
  },
  LIMIT_MS,
);

test(
  "without its checkpoints the whole stream is delivered again where the mapping starts at the beginning",
  async () => {
    const pipeline = watchedPipeline("TRIM_HORIZON");
    expect(await writing(pipeline, "one", "two")).toEqual(["one", "two"]);
    await rm(join(root, "state", "lambda.sqlite"));
    expect(await writing(pipeline, "three")).toEqual(["one", "two", "three"]);
  },
  LIMIT_MS,
);
