import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startDynamoDbLocal, type DynamoDbLocal } from "../emulators/dynamodb-local.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../local-region.ts";
import { startLocalCloud, type LocalCloud } from "../start-local-cloud.ts";
import { smallPipeline, testGraph } from "../../test/testing-graph.ts";
import type { FaultPlan } from "./fault-plan.ts";

const LIMIT_MS = 60_000;
const TABLE = "test-orders-table";

/** Writes an item without the SDK's retries, so that a fault shows, and says what it saw. */
const HANDLER = `
import { request } from "node:http";
const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
const call = (target, body) => new Promise((resolve) => {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": target,
    authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/eu-central-2/"
      + (target.startsWith("Dynamo") ? "dynamodb" : "sqs") + "/aws4_request, SignedHeaders=host, Signature=0",
  };
  const sent = request({ host: endpoint.hostname, port: endpoint.port, method: "POST", headers }, (answer) => {
    let text = "";
    answer.on("data", (data) => (text += data));
    answer.on("end", () => resolve({ status: answer.statusCode, text }));
  });
  sent.on("error", (error) => resolve({ status: 0, text: error.code }));
  sent.end(JSON.stringify(body));
});
export const handler = async ({ id = "x" }) => {
  const put = { TableName: "${TABLE}", Item: { id: { S: id } } };
  return { now: Date.now(), ...(await call("DynamoDB_20120810.PutItem", put)) };
};
`;

const pipeline = [
  ...smallPipeline,
  {
    type: "aws:lambda/function:Function",
    name: "writer",
    inputs: { name: "test-writer", handler: "writer.handler", runtime: "nodejs24.x", timeout: 20 },
  },
  {
    type: "aws:s3/bucketNotification:BucketNotification",
    name: "Notification",
    inputs: {
      bucket: "test-uploads",
      lambdaFunctions: [
        {
          id: "all",
          lambdaFunctionArn: `arn:aws:lambda:${LOCAL_REGION}:000000000000:function:test-writer`,
          events: ["s3:ObjectCreated:*"],
        },
      ],
    },
  },
];

let root: string;
let dynamodb: DynamoDbLocal;
let cloud: LocalCloud | undefined;
beforeAll(async () => {
  dynamodb = await startDynamoDbLocal();
  root = await mkdtemp(join(tmpdir(), "doorbell-faults-"));
  await writeFile(join(root, "writer.ts"), HANDLER);
}, LIMIT_MS);
afterEach(() => cloud?.stop());
afterAll(async () => {
  await dynamodb.stop();
  await rm(root, { recursive: true });
});

async function start(faults: FaultPlan) {
  const started = await startLocalCloud({ root, graph: testGraph(pipeline), faults, dynamodbEndpoint: dynamodb.url });
  cloud = started;
  const config = { endpoint: started.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  return {
    cloud: started,
    /** The handler's answer, or how its environment ended. */
    write: async (id: string): Promise<Record<string, unknown>> => {
      const { payload } = await started.lambda.invoke("test-writer", JSON.stringify({ id }));
      return JSON.parse(payload);
    },
    /** As a client outside, which is exempt from fault injection. */
    isWritten: async (id: string): Promise<boolean> => {
      const client = new DynamoDBClient({ ...config, maxAttempts: 1 });
      const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: id } } }));
      client.destroy();
      return Item !== undefined;
    },
    upload: async (key: string): Promise<void> => {
      const client = new S3Client({ ...config, maxAttempts: 1 });
      await client.send(new PutObjectCommand({ Bucket: "test-uploads", Key: key, Body: "x" }));
      client.destroy();
    },
  };
}

describe("a call of a handler", () => {
  test(
    "is throttled as DynamoDB says it, nothing is written, and a client outside is not throttled",
    async () => {
      const { write, isWritten } = await start({ seed: 1, throttles: 1 });
      const { status, text } = await write("throttled");
      expect(status).toBe(400);
      expect(text).toContain("ProvisionedThroughputExceededException");
      expect(await isWritten("throttled")).toBe(false);
    },
    LIMIT_MS,
  );

  test(
    "is answered with a 5xx, and some of what was written so is there",
    async () => {
      const { write, isWritten } = await start({ seed: 1, serverErrors: 1 });
      const ids = Array.from({ length: 12 }, (_, at) => `item ${at}`);
      const found: boolean[] = [];
      for (const id of ids) {
        expect(await write(id)).toMatchObject({ status: 500 });
        found.push(await isWritten(id));
      }
      expect(new Set(found)).toEqual(new Set([true, false]));
    },
    LIMIT_MS,
  );

  test(
    "is carried out, and the connection is cut before its answer",
    async () => {
      const { write, isWritten } = await start({ seed: 1, lostAnswers: 1 });
      expect(await write("unheard")).toMatchObject({ status: 0, text: "ECONNRESET" });
      expect(await isWritten("unheard")).toBe(true);
    },
    LIMIT_MS,
  );

  test(
    "kills its environment at the n-th call of the function, and the next invocation is a cold start",
    async () => {
      const { write, cloud: running } = await start({ seed: 1, crashAt: [{ function: "writer", call: 2 }] });
      expect(await write("first")).toMatchObject({ status: 200 });
      expect(await write("second")).toMatchObject({ errorType: "Runtime.ExitError" });
      expect(await write("third")).toMatchObject({ status: 200 });
      expect((await running.status()).faults).toEqual({ crashAt: 1 });
    },
    LIMIT_MS,
  );

  test(
    "kills its environment before or after the n-th call is carried out, where the plan says which",
    async () => {
      const crashAt = [
        { function: "writer", call: 1, moment: "before" },
        { function: "writer", call: 2, moment: "after" },
      ] as const;
      const { write, isWritten } = await start({ seed: 1, crashAt: [...crashAt] });
      for (const id of ["before", "after"]) expect(await write(id)).toMatchObject({ errorType: "Runtime.ExitError" });
      expect([await isWritten("before"), await isWritten("after")]).toEqual([false, true]);
    },
    LIMIT_MS,
  );

  test(
    "sees a clock that is off by a part of the skew, always the same for a seed",
    async () => {
      const skewOf = async () => {
        const { write } = await start({ seed: 3, clockSkewMs: 60_000 });
        const before = Date.now();
        const { now } = await write("a");
        await cloud?.stop();
        return Math.round((Number(now) - before) / 5_000);
      };
      const skew = await skewOf();
      expect(Math.abs(skew)).toBeGreaterThan(0);
      expect(Math.abs(skew)).toBeLessThanOrEqual(12);
      expect(await skewOf()).toBe(skew);
    },
    LIMIT_MS,
  );
});

test(
  "a notification comes twice, and the cloud is not idle before it has",
  async () => {
    const { cloud: running, upload } = await start({ seed: 1, duplicates: 1 });
    for (const key of ["a", "b", "c", "d"]) await upload(key);
    await running.waitUntilIdle(LIMIT_MS);
    expect(running.lambda.status()).toMatchObject([{ function: "test-writer", invocations: 8 }]);
  },
  LIMIT_MS,
);

test(
  "faults that cannot be read are refused before anything starts",
  async () => {
    await expect(start({ seed: 1, crashes: 2 })).rejects.toMatchObject({ code: "INVALID_FAULT_PLAN" });
  },
  LIMIT_MS,
);
