import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqsOrdersOutlet } from "./sqs-orders-outlet.ts";

/** What the queue makes of each message, by its body. */
const fates: Record<string, object> = {
  throttled: { Code: "InternalError", SenderFault: false },
  illegal: { Code: "InvalidMessageContents", Message: "no such character", SenderFault: true },
  long: { Code: "AWS.SimpleQueueService.InvalidParameterValue", SenderFault: true },
  doubtful: { Code: "InvalidMessageContents", SenderFault: false },
};
/** Codes that come with `SenderFault: true` and say nothing against the message. */
const passing = [
  "RequestThrottled",
  "RequestThrottledException",
  "Throttling",
  "ThrottlingException",
  "AWS.SimpleQueueService.RequestThrottled",
  "com.amazonaws.sqs#RequestThrottled",
  "KmsThrottled",
  "KMS.ThrottlingException",
  "KMS.AccessDeniedException",
  "OverLimit",
  "SomethingNew",
];
for (const Code of passing) fates[Code] = { Code, SenderFault: true };
const calls: Record<string, { status: number; type: string }> = {
  "no-permission": { status: 403, type: "AccessDeniedException" },
  "no-queue": { status: 400, type: "com.amazonaws.sqs#QueueDoesNotExist" },
  "server-fault": { status: 503, type: "ServiceUnavailable" },
  "too-fast": { status: 400, type: "com.amazonaws.sqs#RequestThrottled" },
  "key-too-fast": { status: 400, type: "com.amazonaws.sqs#KmsThrottled" },
  "too-many": { status: 400, type: "RequestLimitExceeded" },
  "too-slow": { status: 400, type: "RequestTimeout" },
};

const batchSchema = v.object({
  QueueUrl: v.string(),
  Entries: v.array(v.object({ Id: v.string(), MessageBody: v.string(), MessageGroupId: v.literal("acme") })),
});

let server: Server;
let endpoint: string;

beforeAll(async () => {
  // An emulator never fails an entry, so this answers as the SQS API reference says that SQS does.
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { Entries, QueueUrl } = v.parse(batchSchema, await json(request));
  const fault = calls[QueueUrl.slice(QueueUrl.lastIndexOf("/") + 1)];
  const failed = Entries.filter(({ MessageBody }) => MessageBody in fates);
  const sent = Entries.filter(({ MessageBody }) => !(MessageBody in fates) && MessageBody !== "forgotten");
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const result = {
    Successful: sent.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
    Failed: failed.map(({ Id, MessageBody }) => ({ Id, ...fates[MessageBody] })),
  };
  response.writeHead(fault?.status ?? 200, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(fault === undefined ? result : { __type: fault.type, message: "no" }));
}

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
});

function outlet(queue: string, at = endpoint) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new SQSClient({ endpoint: at, region: "eu-central-2", credentials, maxAttempts: 1 });
  return sqsOrdersOutlet(client, { queueUrl: `${at}/000000000000/${queue}`, partner: "acme" });
}

test("each entry of a call that was answered has its own result", async () => {
  expect(await outlet("orders").send(["first", "throttled", "illegal", "forgotten", "last"])).toMatchObject([
    { kind: "sent" },
    { kind: "failed", error: { code: "InternalError" } },
    { kind: "rejected", reason: "InvalidMessageContents: no such character" },
    { kind: "failed", error: { code: "NoAnswer" } },
    { kind: "sent" },
  ]);
});

test("what is a fault of the message itself is rejected, with its code", async () => {
  expect(await outlet("orders").send(["illegal", "long", "doubtful"])).toMatchObject([
    { kind: "rejected", reason: "InvalidMessageContents: no such character" },
    { kind: "rejected", reason: "AWS.SimpleQueueService.InvalidParameterValue" },
    { kind: "failed" },
  ]);
});

test.each(passing)("%s may pass, whoever's fault it is called", async (code) => {
  expect(await outlet("orders").send([code])).toMatchObject([{ kind: "failed", error: { code } }]);
});

test.each(["server-fault", "too-fast", "key-too-fast", "too-many", "too-slow"])(
  "%s may pass: every entry failed",
  async (queue) => {
    expect(await outlet(queue).send(["a", "b"])).toMatchObject([{ kind: "failed" }, { kind: "failed" }]);
  },
);

test("nobody listening may pass: every entry failed", async () => {
  expect(await outlet("orders", "http://127.0.0.1:1").send(["a"])).toMatchObject([{ kind: "failed" }]);
});

test.each(["no-permission", "no-queue"])("%s does not pass, and is thrown", async (queue) => {
  await expect(outlet(queue).send(["a"])).rejects.toThrow("no");
});
