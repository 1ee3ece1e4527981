import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { json, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

const SERVICE = fileURLToPath(new URL("..", import.meta.url));
/** As the function is deployed (infra/uploads.ts): a small nursery, since what a block of lines leaves behind dies at once. */
const DEPLOYED_NODE_OPTIONS = ["--max-semi-space-size=4"];

/** Invokes the bundle once, in a process of its own, and prints its peak memory in KiB and its longest pause in ms. */
const INVOKE = `
  const { monitorEventLoopDelay } = await import("node:perf_hooks");
  const [bundle, event] = process.argv.slice(1);
  const { handler } = await import(bundle);
  const context = { awsRequestId: "run", functionName: "upload-ingest", getRemainingTimeInMillis: () => 3_600_000 };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await handler(JSON.parse(event), context);
  delay.disable();
  process.stdout.write(JSON.stringify({ peakKb: process.resourceUsage().maxRSS, longestPauseMs: delay.max / 1e6 }));
`;

const measuredSchema = v.object({ peakKb: v.number(), longestPauseMs: v.number() });
const batchSchema = v.object({ Entries: v.array(v.object({ Id: v.string(), MessageBody: v.string() })) });
const receiptSchema = v.object({
  Item: v.object({
    status: v.object({ S: v.string() }),
    reason: v.optional(v.object({ S: v.string() })),
    orders: v.object({ N: v.string() }),
    rejectedLines: v.object({ N: v.string() }),
  }),
});

/** How the service took a file. */
export interface DeployedRun {
  /** The last receipt. */
  readonly status: string;
  readonly reason: string | undefined;
  readonly orders: number;
  readonly rejectedLines: number;
  readonly ordersSent: number;
  /** Peak resident set, in MiB. */
  readonly peakMb: number;
  /** The longest time for which the event loop did not turn. */
  readonly longestPauseMs: number;
}

/** Bundles the service as it is deployed, into a file. */
export function bundleService(file: string): void {
  const bundled = spawnSync(process.execPath, ["../../scripts/bundle.mjs", file], { cwd: SERVICE, stdio: "inherit" });
  if (bundled.status !== 0) throw new Error("the service could not be bundled");
}

/** Has a bundle take one file in a process of its own. AWS is a stub in which nothing goes wrong. */
export async function takeFile(bundle: string, contents: () => Iterable<Uint8Array>): Promise<DeployedRun> {
  const facts: Facts = { contents, sent: 0, receipt: undefined };
  const server = createServer((request, response) => {
    answer(request, response, facts).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const { peakKb, longestPauseMs } = v.parse(
      v.pipe(v.string(), v.parseJson(), measuredSchema),
      await run(bundle, endpoint),
    );
    const { status, reason, orders, rejectedLines } = v.parse(receiptSchema, facts.receipt).Item;
    return {
      status: status.S,
      reason: reason?.S,
      orders: Number(orders.N),
      rejectedLines: Number(rejectedLines.N),
      ordersSent: facts.sent,
      peakMb: Math.round(peakKb / 1024),
      longestPauseMs: Math.round(longestPauseMs),
    };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** The last line that the bundle prints. */
async function run(bundle: string, endpoint: string): Promise<string> {
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-central-2",
    eventTime: "2024-03-01T08:30:00Z",
    eventName: "ObjectCreated:Put",
    s3: { bucket: { name: "uploads" }, object: { key: "file", size: 1, eTag: "run" } },
  };
  const event = JSON.stringify({ Records: [record] });
  const words = ["--input-type=module", "--eval", INVOKE, bundle, event];
  const child = spawn(process.execPath, [...DEPLOYED_NODE_OPTIONS, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "eu-central-2",
      AWS_ACCESS_KEY_ID: "run",
      AWS_SECRET_ACCESS_KEY: "run",
      AWS_LAMBDA_LOG_LEVEL: "FATAL",
      UPLOADS_BUCKET: "uploads",
      REJECTS_BUCKET: "rejects",
      UPLOADS_TABLE: "uploads",
      IDEMPOTENCY_TABLE: "idempotency",
      ORDERS_QUEUE_URL: `${endpoint}/000000000000/orders`,
    },
  });
  return (await text(child.stdout)).trim().split("\n").at(-1) ?? "";
}

interface Facts {
  readonly contents: () => Iterable<Uint8Array>;
  sent: number;
  /** The last `PutItem`. */
  receipt: unknown;
}

/** What AWS answers where nothing goes wrong: the file, a queue and a bucket that take everything, empty tables. */
async function answer(request: IncomingMessage, response: ServerResponse, facts: Facts): Promise<void> {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return answerJson(target, await json(request), response, facts);
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "application/octet-stream", etag: '"run"' });
    return pipeline(Readable.from(facts.contents()), response);
  }
  for await (const _ of request);
  response.writeHead(200, { "content-type": "application/xml", etag: '"part"' });
  const asked = request.url ?? "";
  if (request.method === "PUT") response.end();
  else if (/[?&]uploads\b/.test(asked))
    response.end("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
  else response.end("<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>");
}

function answerJson(target: string, input: unknown, response: ServerResponse, facts: Facts): void {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
  if (target.endsWith(".PutItem")) facts.receipt = input;
  if (!target.startsWith("AmazonSQS.")) {
    response.end(JSON.stringify(target.endsWith("BatchExecuteStatement") ? { Responses: [{}] } : {}));
    return;
  }
  const { Entries } = v.parse(batchSchema, input);
  facts.sent += Entries.length;
  const md5 = (message: string) => createHash("md5").update(message).digest("hex");
  const Successful = Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) }));
  response.end(JSON.stringify({ Successful, Failed: [] }));
}
