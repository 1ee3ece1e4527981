// Gives the events that its parent sends, one after the other, to the handler of the service that argv names, as Lambda's runtime
// would: a text in, a text out. Sends what each took; the log goes to stdout, which the parent reads.
import { ClientRequest } from "node:http";
import { subscribe } from "node:diagnostics_channel";
import * as v from "valibot";
import type { MeasuredInvocation } from "./measured.ts";

const handlers = {
  "upload-ingest": () => import("@doorbell/upload-ingest/handler"),
  "order-queue": () => import("@doorbell/order-queue/handler"),
  "change-audit": () => import("@doorbell/change-audit/handler"),
} as const;

const name = v.parse(v.picklist(["upload-ingest", "order-queue", "change-audit"]), process.argv[2]);
const { handler } = await handlers[name]();
const requestSchema = v.object({ request: v.instance(ClientRequest) });

let calls: Record<string, number> = {};
subscribe("http.client.request.start", (message) => {
  const { request } = v.parse(requestSchema, message);
  const target = request.getHeader("x-amz-target");
  const operation = typeof target === "string" ? (target.split(".")[1] ?? target) : `s3:${request.method}`;
  calls[operation] = (calls[operation] ?? 0) + 1;
});

const answerSchema = v.optional(v.object({ batchItemFailures: v.array(v.unknown()) }), { batchItemFailures: [] });

async function invoke(event: string, index: number): Promise<MeasuredInvocation> {
  calls = {};
  const deadline = Date.now() + 900_000;
  const context = {
    awsRequestId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    functionName: `doorbell-production-${name}`,
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:doorbell-production-${name}`,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  const before = process.cpuUsage();
  const parsed: unknown = JSON.parse(event);
  const answer: unknown = await handler(parsed, context);
  JSON.stringify(answer);
  const { user, system } = process.cpuUsage(before);
  const { batchItemFailures } = v.parse(answerSchema, answer);
  return { cpuMs: (user + system) / 1_000, calls, failures: batchItemFailures.length };
}

process.once("message", (events) => {
  void (async () => {
    const measured: MeasuredInvocation[] = [];
    for (const [index, event] of v.parse(v.array(v.string()), events).entries())
      measured.push(await invoke(event, index));
    process.send?.(measured, () => process.exit());
  })();
});
process.send?.("ready");
