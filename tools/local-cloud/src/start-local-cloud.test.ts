import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  BatchExecuteStatementCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  type BatchStatementRequest,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startFauxqs } from "./emulators/fauxqs.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import { startLocalCloud } from "./start-local-cloud.ts";
import { startTables } from "./testing.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";
import type { LocalCloud } from "./start-local-cloud.ts";

const BOOT_LIMIT_MS = 60_000;
const BUCKET = "test-uploads";
const TABLE = "test-orders-table";

const clientsOf = (endpoint: string) => {
  const config = { endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  return {
    s3: new S3Client(config),
    sqs: new SQSClient(config),
    dynamodb: new DynamoDBClient(config),
    streams: new DynamoDBStreamsClient(config),
  };
};

let root: string;
let cloud: LocalCloud;
let clients: ReturnType<typeof clientsOf>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-cloud-"));
  cloud = await startLocalCloud({ root, graph: testGraph() });
  clients = clientsOf(cloud.endpoint);
}, BOOT_LIMIT_MS);
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await cloud.stop();
  await rm(root, { recursive: true });
});

const portOf = (server: Server) => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const port = portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A request as no SDK would send it. */
const send = async (path: string, headers: Record<string, string>, method = "GET") => {
  const request = httpRequest({ host: "127.0.0.1", port: cloud.port, path, method, headers }).end();
  const [response] = await once(request, "response");
  return { status: response.statusCode, body: await text(response) };
};

describe("S3 at the endpoint", () => {
  test("keeps an object whose key climbs out of folders in the database, and writes nothing elsewhere", async () => {
    const stateDir = await mkdtemp(join(root, "climbing-"));
    const fauxqs = await startFauxqs({
      origin: cloud.endpoint,
      region: LOCAL_REGION,
      dataDir: join(stateDir, "inner"),
    });
    fauxqs.s3.createBucket(BUCKET);
    fauxqs.s3.putObject(BUCKET, "../../climbed", Buffer.from("x"), "text/plain");
    await fauxqs.stop();
    expect(await readdir(stateDir)).toEqual(["inner"]);
    expect(await readdir(root)).not.toContain("climbed");
  });

  test("keeps an object under a key with spaces and plus signs, in path style without being told to", async () => {
    const key = "partner a/b+c ü.csv";
    await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: "id\n1\n" }));
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    expect(await Body?.transformToString()).toBe("id\n1\n");
  });

  test("takes an object of 24 MB in one request", async () => {
    const body = Buffer.alloc(24 * 1024 * 1024, "a");
    await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "large", Body: body }));
    const { ContentLength } = await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "large" }));
    expect(ContentLength).toBe(body.length);
  });

  test("refuses a single request that is too large with the remedy", async () => {
    const signed =
      "AWS4-HMAC-SHA256 Credential=doorbell/20260101/eu-central-2/s3/aws4_request, SignedHeaders=host, Signature=0";
    const request = httpRequest({
      host: "127.0.0.1",
      port: cloud.port,
      path: `/${BUCKET}/huge`,
      method: "PUT",
      headers: { authorization: signed, "content-length": String(1024 ** 3), expect: "100-continue" },
    });
    request.flushHeaders();
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(400);
    expect(await text(response)).toMatch(/EntityTooLarge.*multipart/);
    request.on("error", () => undefined).destroy();
  });

  test("completes a multipart upload with an eTag that counts the parts", async () => {
    const upload = { Bucket: BUCKET, Key: "parts" };
    const { UploadId } = await clients.s3.send(new CreateMultipartUploadCommand(upload));
    const { ETag } = await clients.s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: "part" }));
    const complete = { ...upload, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    expect((await clients.s3.send(new CompleteMultipartUploadCommand(complete))).ETag).toMatch(/^"[0-9a-f]{32}-1"$/);
  });
});

describe("SQS at the endpoint", () => {
  test("names queues by URLs of the endpoint itself, also those created later, and the SDK warns of nothing", async () => {
    const warnings = vi.spyOn(console, "warn");
    const own = `${cloud.endpoint}/000000000000`;
    const created = await clients.sqs.send(new CreateQueueCommand({ QueueName: "test-later" }));
    const found = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: "test-orders" }));
    const listed = await clients.sqs.send(new ListQueuesCommand());
    expect(created.QueueUrl).toBe(`${own}/test-later`);
    expect(found.QueueUrl).toBe(cloud.environment["ORDERS_QUEUE_URL"]);
    expect(listed.QueueUrls).toEqual([`${own}/test-later`, `${own}/test-orders`, `${own}/test-orders-dlq`]);
    await clients.sqs.send(new SendMessageCommand({ QueueUrl: created.QueueUrl, MessageBody: "hello" }));
    const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: created.QueueUrl }));
    expect(Messages?.[0]?.Body).toBe("hello");
    expect(warnings).not.toHaveBeenCalled();
  });

  test("gives message attributes only to those who ask for them", async () => {
    const QueueUrl = cloud.environment["ORDERS_DLQ_URL"];
    const MessageAttributes = { Reason: { DataType: "String", StringValue: "why" } };
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
    const receive = async (names: string[]) =>
      (
        await clients.sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: names, VisibilityTimeout: 0 }),
        )
      ).Messages?.[0]?.MessageAttributes;
    expect(await receive([])).toBeUndefined();
    expect(await receive(["All"])).toEqual(MessageAttributes);
  });
});

describe("DynamoDB at the endpoint", () => {
  test("shows the same tables to other credentials and in other regions", async () => {
    const elsewhere = { region: "us-east-1", credentials: { accessKeyId: "another", secretAccessKey: "another" } };
    const client = new DynamoDBClient({ endpoint: cloud.endpoint, ...elsewhere });
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([TABLE]);
    client.destroy();
  });

  test("has the table with its index, stream and time to live, its ARNs in the local region", async () => {
    const { Table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName: TABLE }));
    expect(Table?.TableArn).toBe(`arn:aws:dynamodb:eu-central-2:000000000000:table/${TABLE}`);
    expect(Table?.LatestStreamArn).toMatch(`${Table?.TableArn}/stream/`);
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(["by-status"]);
    const { TimeToLiveDescription } = await clients.dynamodb.send(new DescribeTimeToLiveCommand({ TableName: TABLE }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: "expiresAt", TimeToLiveStatus: "ENABLED" });
  });

  test("hands items through untouched, even one that reads like an ARN of the emulator", async () => {
    const Item = {
      id: { S: "arn:aws:dynamodb:ddblocal:000000000000:table/x" },
      region: { S: "arn:aws:dynamodb:eu-central-2:" },
    };
    await clients.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item }));
    const read = await clients.dynamodb.send(
      new GetItemCommand({ TableName: TABLE, Key: { id: Item.id }, ConsistentRead: true }),
    );
    expect(read.Item).toEqual(Item);
  });

  test("serves the stream by the ARN that it told, with the local region in its records", async () => {
    await clients.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: "streamed" } } }));
    const { Table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName: TABLE }));
    const StreamArn = Table?.LatestStreamArn;
    const { StreamDescription } = await clients.streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription?.StreamArn).toBe(StreamArn);
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    const { ShardIterator } = await clients.streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    const { Records } = await clients.streams.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records?.map(({ awsRegion }) => awsRegion)).toContain(LOCAL_REGION);
    expect(Records?.map(({ dynamodb }) => dynamodb?.Keys?.["id"]?.S)).toContain("streamed");
  });

  test("applies PartiQL statements in one call and tells each one's failure", async () => {
    const insert = { Statement: `INSERT INTO "${TABLE}" VALUE {'id': ?}`, Parameters: [{ S: "once" }] };
    await clients.dynamodb.send(new BatchExecuteStatementCommand({ Statements: [insert] }));
    const { Responses } = await clients.dynamodb.send(new BatchExecuteStatementCommand({ Statements: [insert] }));
    expect(Responses?.[0]?.Error?.Code).toBe("DuplicateItem");
  });

  test("gives no old item where the condition of a PartiQL statement fails, as AWS gives none", async () => {
    await clients.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: "kept" }, v: { N: "1" } } }));
    const update: BatchStatementRequest = {
      Statement: `UPDATE "${TABLE}" SET v = 3 WHERE id = 'kept' AND v = 2`,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    const { Responses } = await clients.dynamodb.send(new BatchExecuteStatementCommand({ Statements: [update] }));
    expect(Responses?.[0]).toMatchObject({ Error: { Code: "ConditionalCheckFailed" } });
    expect(Responses?.[0]?.Item).toBeUndefined();
    expect(Responses?.[0]?.Error?.Item).toBeUndefined();
  });
});

describe("the endpoint", () => {
  test("refuses a foreign host, as a rebound DNS name would send it, and a foreign origin", async () => {
    expect(await send("/_doorbell/status", { host: "evil.example" })).toMatchObject({ status: 403 });
    expect(
      await send("/_doorbell/status", { host: `127.0.0.1:${cloud.port}`, origin: "https://evil.example" }, "POST"),
    ).toMatchObject({ status: 403 });
    expect(await send("/_doorbell/status", { host: `localhost:${cloud.port}` })).toMatchObject({ status: 200 });
  });

  test("says which services it has when asked for another", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=doorbell/20260101/eu-central-2/kinesis/aws4_request, SignedHeaders=host, Signature=0";
    const { status, body } = await send("/", { authorization }, "POST");
    expect(status).toBe(400);
    expect(body).toContain("no kinesis");
  });

  test("knows an unsigned DynamoDB request by its target", async () => {
    const answer = await fetch(cloud.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "DynamoDB_20120810.ListTables", "content-type": "application/x-amz-json-1.0" },
      body: "{}",
    });
    // DynamoDB Local itself wants a signature.
    expect(await answer.text()).toContain("MissingAuthenticationToken");
  });

  test("tells status, environment and logs, and whether all is idle", async () => {
    const read = async (path: string, method = "GET") => {
      const answer = await fetch(`${cloud.endpoint}/_doorbell/${path}`, { method });
      return { status: answer.status, body: await answer.text() };
    };
    expect(JSON.parse((await read("environment")).body)).toEqual(cloud.environment);
    expect(JSON.parse((await read("status")).body)).toMatchObject({
      endpoint: cloud.endpoint,
      region: LOCAL_REGION,
      functions: [],
      mappings: [],
    });
    expect(await read("logs")).toEqual({ status: 200, body: "" });
    expect(await read("wait?timeoutMs=5000", "POST")).toMatchObject({ status: 200 });
    expect(await read("wait?timeoutMs=soon", "POST")).toMatchObject({ status: 400 });
    expect(await read("nonsense")).toMatchObject({ status: 404 });
  });
});

test("a port that is taken is named with the remedy, and nothing stays of the boot", async () => {
  await expect(startLocalCloud({ root, graph: testGraph(), port: cloud.port })).rejects.toMatchObject({
    code: "PORT_TAKEN",
    port: cloud.port,
  });
});

test(
  "before DynamoDB Local answers, S3 and SQS are served, a request to DynamoDB waits for it, and nothing is idle",
  async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    // A DynamoDB Local that takes its time: it is the one of the other cloud.
    const slow = createServer((request, response) => {
      asked.resolve();
      const forward = async () => {
        await opened;
        const { host: _host, connection: _connection, ...headers } = request.headers;
        const onward = httpRequest(cloud.endpoint, { method: "POST", headers });
        request.pipe(onward);
        const [answer] = await once(onward, "response");
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      };
      void forward();
    }).listen(0, "127.0.0.1");
    await once(slow, "listening");
    const port = await freePort();
    const booting = startLocalCloud({
      root,
      graph: testGraph(),
      port,
      dynamodbEndpoint: `http://127.0.0.1:${portOf(slow)}`,
    });
    const early = clientsOf(`http://127.0.0.1:${port}`);
    try {
      await asked.promise;
      await early.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "early", Body: "x" }));
      expect((await early.sqs.send(new ListQueuesCommand({}))).QueueUrls).toContain(
        `http://127.0.0.1:${port}/000000000000/test-orders`,
      );
      const idle = await fetch(`http://127.0.0.1:${port}/_doorbell/wait?timeoutMs=1`, { method: "POST" });
      expect(idle.status).toBe(408);
      let answered = false;
      const tables = early.dynamodb.send(new ListTablesCommand({})).finally(() => (answered = true));
      await early.sqs.send(new ListQueuesCommand({}));
      expect(answered).toBe(false);
      open();
      expect((await tables).TableNames).toContain(TABLE);
      await (await booting).waitUntilIdle(BOOT_LIMIT_MS);
    } finally {
      open();
      await (await booting).stop();
      for (const client of Object.values(early)) client.destroy();
      slow.closeAllConnections();
      await new Promise((resolve) => slow.close(resolve));
    }
  },
  BOOT_LIMIT_MS,
);

test(
  "a boot that fails in the middle leaves no listener",
  async () => {
    const port = await freePort();
    const failing = startLocalCloud({ root, graph: testGraph(), port, dynamodbEndpoint: "http://127.0.0.1:1" });
    await expect(failing).rejects.toMatchObject({
      code: "DYNAMODB_ENDPOINT_UNUSABLE",
      message: expect.stringContaining("http://127.0.0.1:1 cannot be used: connect ECONNREFUSED"),
    });
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
  },
  BOOT_LIMIT_MS,
);

test("uses a DynamoDB Local that runs elsewhere, and leaves it running", async () => {
  const elsewhere = await startTables([]);
  const other = await startLocalCloud({ root, graph: testGraph(), dynamodbEndpoint: elsewhere.endpoint });
  await other.stop();
  const client = new DynamoDBClient(elsewhere.clientConfig);
  const { TableNames } = await client.send(new ListTablesCommand());
  expect(TableNames).toEqual([TABLE]);
  client.destroy();
  await elsewhere.stop();
}, 60_000);

test.each(["localhost:8000", "https://127.0.0.1:8000"])(
  "does not take %s for a DynamoDB Local",
  async (dynamodbEndpoint) => {
    await expect(startLocalCloud({ root, graph: testGraph(), dynamodbEndpoint })).rejects.toThrow(
      "must be like http://",
    );
  },
);

describe("a local cloud with a state folder", () => {
  test(
    "is its alone, and finds objects, messages and items again, under another port",
    async () => {
      const stateDir = await mkdtemp(join(tmpdir(), "doorbell-state-"));
      const first = await startLocalCloud({ root, graph: testGraph(), stateDir });
      const before = clientsOf(first.endpoint);
      await before.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "kept", Body: "object" }));
      await before.sqs.send(
        new SendMessageCommand({ QueueUrl: first.environment["ORDERS_QUEUE_URL"], MessageBody: "message" }),
      );
      await expect(startLocalCloud({ root, graph: testGraph(), stateDir })).rejects.toMatchObject({
        code: "STATE_IN_USE",
        dir: stateDir,
      });
      await before.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: "kept" } } }));
      for (const client of Object.values(before)) client.destroy();
      await first.stop();
      await first.stop();
      await expect(fetch(first.endpoint)).rejects.toThrow("fetch failed");

      const second = await startLocalCloud({ root, graph: testGraph(), stateDir });
      const after = clientsOf(second.endpoint);
      const { Body } = await after.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "kept" }));
      expect(await Body?.transformToString()).toBe("object");
      const { QueueUrl } = await after.sqs.send(new GetQueueUrlCommand({ QueueName: "test-orders" }));
      expect(QueueUrl).toBe(second.environment["ORDERS_QUEUE_URL"]);
      const { Messages } = await after.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      expect(Messages?.[0]?.Body).toBe("message");
      const { Item } = await after.dynamodb.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: "kept" } } }));
      expect(Item).toEqual({ id: { S: "kept" } });
      for (const client of Object.values(after)) client.destroy();
      await second.stop();
      await rm(stateDir, { recursive: true });
    },
    BOOT_LIMIT_MS,
  );
});

test("a graph with the same source mapped twice to a function is refused before anything is started", async () => {
  const worker = { name: "test-worker", handler: "worker.handler", runtime: "nodejs24.x" };
  const mapping = { eventSourceArn: `arn:aws:sqs:${LOCAL_REGION}:000000000000:test-orders`, functionName: worker.name };
  const mappings = ["First", "Second"].map((name) => ({
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    name,
    inputs: mapping,
  }));
  const resources = [
    ...smallPipeline,
    { type: "aws:lambda/function:Function", name: "W", inputs: worker },
    ...mappings,
  ];
  await expect(startLocalCloud({ root, graph: testGraph(resources) })).rejects.toMatchObject({
    code: "INVALID_MAPPING",
    message: expect.stringContaining("already exists. Please update or delete the existing mapping with UUID"),
  });
});
