import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRuntimeApi } from "../lambda/environment/runtime-api.ts";
import { startLocalCloud, type LocalCloud } from "../start-local-cloud.ts";
import { smallPipeline, testGraph } from "../../test/testing-graph.ts";
import { BODY_LIMITS } from "./body-limits.ts";

const LIMIT_MS = 120_000;
const MB = 1024 * 1024;
const CHUNK = Buffer.alloc(MB, "x");
/** What may lie in buffers of sockets and streams besides a body. */
const SLACK_BYTES = 16 * MB;

setFlagsFromString("--expose-gc");
// Buffers that the collector found dead are counted until a thread in the background frees them: on a busy machine, later than asked.
setFlagsFromString("--no-concurrent-array-buffer-sweeping");
const collectGarbage: unknown = runInNewContext("gc");

/** Bytes of buffers that somebody still holds. */
function heldBytes(): number {
  if (typeof collectGarbage === "function") collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

interface Door {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly limit: number;
  readonly status: number;
  readonly says: string;
}

const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=doorbell/20260101/eu-central-2/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const INVOCATIONS = "/2015-03-31/functions/test-worker/invocations";
const S3 = { limit: BODY_LIMITS.s3Document, status: 400, says: "<Code>EntityTooLarge</Code>" };
const OBJECT = { limit: BODY_LIMITS.objectBytes, status: 400, says: "Use a multipart upload." };

const DOORS: Readonly<Record<string, Door>> = {
  DynamoDB: {
    method: "POST",
    path: "/",
    headers: { ...signedFor("dynamodb"), "x-amz-target": "DynamoDB_20120810.PutItem" },
    limit: BODY_LIMITS.dynamodb,
    status: 413,
    says: "RequestEntityTooLarge",
  },
  SQS: {
    method: "POST",
    path: "/",
    headers: {
      ...signedFor("sqs"),
      "x-amz-target": "AmazonSQS.SendMessage",
      "content-type": "application/x-amz-json-1.0",
    },
    limit: BODY_LIMITS.message,
    status: 413,
    says: "RequestEntityTooLarge",
  },
  SNS: {
    method: "POST",
    path: "/",
    headers: { ...signedFor("sns"), "content-type": "application/x-www-form-urlencoded" },
    limit: BODY_LIMITS.message,
    status: 413,
    says: "RequestEntityTooLarge",
  },
  "S3 DeleteObjects": { method: "POST", path: "/test-uploads?delete", ...S3 },
  "S3 CreateBucket": { method: "PUT", path: "/another", ...S3 },
  "S3 PutObjectTagging": { method: "PUT", path: "/test-uploads/tagged?tagging", ...S3 },
  "S3 CompleteMultipartUpload": { method: "POST", path: "/test-uploads/a?uploadId=u", ...S3 },
  "S3 PutObject": { method: "PUT", path: "/test-uploads/a", ...OBJECT },
  "S3 UploadPart": { method: "PUT", path: "/test-uploads/a?uploadId=u&partNumber=1", ...OBJECT },
  "a synchronous invocation": {
    method: "POST",
    path: INVOCATIONS,
    limit: BODY_LIMITS.invocation,
    status: 413,
    says: "Request must be smaller than 6291456 bytes",
  },
  "an asynchronous invocation": {
    method: "POST",
    path: INVOCATIONS,
    headers: { "x-amz-invocation-type": "Event" },
    limit: BODY_LIMITS.event,
    status: 413,
    says: "1048577 byte payload is too large for the Event invocation type",
  },
  "a mapping": {
    method: "PUT",
    path: "/2015-03-31/event-source-mappings/6f1d0d0e-0000-4000-8000-000000000000",
    limit: BODY_LIMITS.mapping,
    // There is no such mapping, whatever the body says.
    status: 404,
    says: "does not exist",
  },
};

/** A request over a plain socket, which goes on sending whatever was answered meanwhile. */
class Sender {
  readonly #socket: Socket;
  readonly #received: string[] = [];
  readonly #answered: Promise<string>;

  constructor({ method, path, headers }: Pick<Door, "method" | "path" | "headers">, address: string, length: string) {
    const [host = "", port] = address.split(":");
    this.#socket = connect(Number(port), host);
    const lines = Object.entries({ host: address, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}${length}\r\n\r\n`);
    this.#answered = new Promise((resolve, reject) => {
      this.#socket.on("data", (data) => {
        const answer = this.#received.concat(data.toString()).join("");
        this.#received.push(data.toString());
        const [head = "", body = ""] = answer.split(/\r\n\r\n(.*)/s, 2);
        const wanted = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Infinity);
        if (Buffer.byteLength(body) >= wanted) resolve(answer);
      });
      this.#socket.once("error", reject);
      this.#socket.once("close", () => reject(new Error(`closed after ${this.#received.join("")}`)));
    });
    this.#answered.catch(() => undefined);
  }

  /** Sends so many bytes in chunks, as fast as they are taken, and tells how many were held meanwhile at most. */
  async pour(bytes: number): Promise<number> {
    const before = heldBytes();
    let most = 0;
    for (let sent = 0; sent < bytes; sent += MB) {
      const chunk = bytes - sent < MB ? CHUNK.subarray(0, bytes - sent) : CHUNK;
      this.#socket.write(`${chunk.length.toString(16)}\r\n`);
      this.#socket.write(chunk);
      if (!this.#socket.write("\r\n")) await once(this.#socket, "drain");
      if (sent % (16 * MB) === 0) most = Math.max(most, heldBytes() - before);
    }
    return most;
  }

  end(): void {
    this.#socket.write("0\r\n\r\n");
  }

  /** Status and body. */
  async answer(): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await this.#answered;
    return { status: Number(answer.split(" ")[1]), body: answer.slice(answer.indexOf("\r\n\r\n") + 4) };
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const CHUNKED = "transfer-encoding: chunked";

let folder: string;
let cloud: LocalCloud;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-limits-"));
  await writeFile(join(folder, "worker.ts"), "export const handler = async () => 1;");
  const worker = {
    type: "aws:lambda/function:Function",
    name: "Worker",
    inputs: { name: "test-worker", handler: "worker.handler", runtime: "nodejs24.x" },
  };
  cloud = await startLocalCloud({ root: folder, graph: testGraph([...smallPipeline, worker]) });
}, LIMIT_MS);
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

const open = (door: Pick<Door, "method" | "path" | "headers">, length: string) =>
  new Sender(door, `127.0.0.1:${cloud.port}`, length);
const refusalOf = ({ status, says }: Door) => ({ status, body: expect.stringContaining(says) });

describe("a body of one byte more than its door allows", () => {
  test.each(Object.entries(DOORS))("is refused once it is declared, before it comes: %s", async (_name, door) => {
    const sender = open(door, `content-length: ${door.limit + 1}`);
    expect(await sender.answer()).toMatchObject(refusalOf(door));
    sender.destroy();
  });

  test.each(Object.entries(DOORS))(
    "is refused when that byte comes, undeclared: %s",
    async (_name, door) => {
      const sender = open(door, CHUNKED);
      await sender.pour(door.limit + 1);
      expect(await sender.answer()).toMatchObject(refusalOf(door));
      sender.destroy();
    },
    LIMIT_MS,
  );
});

describe("a body of many times what its door allows", () => {
  const small = Object.entries(DOORS).filter(([, { limit }]) => limit < BODY_LIMITS.objectBytes);

  test.each(small)(
    "is taken to its end, and no more of it held than the limit: %s",
    async (_name, door) => {
      const sender = open(door, CHUNKED);
      const held = await sender.pour(door.limit + 48 * MB);
      sender.end();
      expect(await sender.answer()).toMatchObject(refusalOf(door));
      expect(held).toBeLessThan(door.limit + SLACK_BYTES);
      sender.destroy();
    },
    LIMIT_MS,
  );

  test(
    "to the local cloud's own API is not read at all",
    async () => {
      const sender = open({ method: "POST", path: "/_doorbell/wait?timeoutMs=60000" }, CHUNKED);
      const held = await sender.pour(48 * MB);
      sender.end();
      expect(await sender.answer()).toMatchObject({ status: 200, body: expect.stringContaining('"idle":true') });
      expect(held).toBeLessThan(SLACK_BYTES);
      sender.destroy();
    },
    LIMIT_MS,
  );

  test(
    "from a runtime fails its invocation, and no more of it is held than the limit",
    async () => {
      const { promise: answered, resolve } = Promise.withResolvers<{ error: boolean; body: string }>();
      const { promise: asked, resolve: next } = Promise.withResolvers<void>();
      const api = await openRuntimeApi({ next, answered: resolve, initFailed: () => undefined });
      const work = fetch(`http://${api.address}/2018-06-01/runtime/invocation/next`);
      await asked;
      api.deliver({ requestId: "id", payload: "{}", deadlineMs: 0, invokedFunctionArn: "arn", traceId: "trace" });
      await (await work).text();
      const door = { method: "POST", path: "/2018-06-01/runtime/invocation/id/response" };
      const sender = new Sender(door, api.address, CHUNKED);
      const held = await sender.pour(BODY_LIMITS.runtimeAnswer + 48 * MB);
      sender.end();
      expect(await sender.answer()).toMatchObject({
        status: 413,
        body: expect.stringContaining("RequestEntityTooLarge"),
      });
      expect(await answered).toMatchObject({ error: true, body: expect.stringContaining("ResponseSizeTooLarge") });
      expect(held).toBeLessThan(BODY_LIMITS.runtimeAnswer + SLACK_BYTES);
      sender.destroy();
      await api.close();
    },
    LIMIT_MS,
  );
});

describe("a body that is declared and does not come", () => {
  test.each(Object.entries(DOORS))("ends with its client, and the cloud goes on: %s", async (_name, door) => {
    const sender = open(door, "content-length: 1024");
    sender.end();
    sender.destroy();
    expect((await fetch(`${cloud.endpoint}/_doorbell/status`)).status).toBe(200);
  });
});
