import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { runSchema } from "./samples.ts";

/** A running stub of DynamoDB. */
export interface Stub {
  readonly url: string;
  /** Changes its settings and tells what has been used. */
  tell(settings: { delayMs?: number; isMute?: boolean }): Promise<{ ordersWritten: number }>;
  /** Settles once the stub keeps an answer back. */
  muted(): Promise<unknown>;
  stop(): void;
}

const STUB = fileURLToPath(new URL("./stub.ts", import.meta.url));
const RUN_JOBS = fileURLToPath(new URL("./run-jobs.ts", import.meta.url));

export async function startStub(delayMs: number): Promise<Stub> {
  const child = fork(STUB, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [first] = await once(child, "message");
  const { port } = v.parse(v.object({ port: v.number() }), first);
  const url = `http://127.0.0.1:${port}`;
  const stub: Stub = {
    url,
    async tell(settings) {
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(settings) });
      return v.parse(v.object({ ordersWritten: v.number() }), await answer.json());
    },
    muted: () => once(child, "message"),
    stop: () => void child.kill(),
  };
  await stub.tell({ delayMs });
  return stub;
}

/** What either job is configured by. */
export function environmentOf(dynamodb: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    ORDERS_TABLE: "orders",
    IDEMPOTENCY_TABLE: "idempotency",
    ORDERS_QUEUE_URL: "http://127.0.0.1:1/000000000000/orders",
    ORDERS_DLQ_URL: "http://127.0.0.1:1/000000000000/orders-dlq",
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_REGION: "eu-central-2",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_LAMBDA_FUNCTION_NAME: "order-queue",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_LOG_LEVEL: "INFO",
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    TZ: "UTC",
  };
}

/** Runs both jobs in turn in a process of their own and gives what they took. */
export async function runJobs(dynamodb: string, options: { batches: number; warmUp: number; stub?: string }) {
  const child = fork(RUN_JOBS, [JSON.stringify(options)], {
    env: environmentOf(dynamodb),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return v.parse(runSchema, await messageOf(child));
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The jobs ended with ${String(code)} and no result`);
  });
  const [message] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
  return message;
}
