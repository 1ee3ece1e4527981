import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { Batch } from "./batches.ts";
import { environmentOf } from "./processes.ts";

const RUNTIME = fileURLToPath(
  new URL("../../tools/local-cloud/src/lambda/environment/runtime-loop.mjs", import.meta.url),
);

/** Milliseconds of a cold start. */
export interface ColdStart {
  /** From the start of the process to its first poll. */
  readonly initMs: number;
  /** From the first event to its response. */
  readonly firstInvocationMs: number;
}

/**
 * Starts one execution environment over the Runtime API and gives it one event. With `cacheDir` Node keeps its compiled
 * code there, and finds it there the next time.
 */
export async function coldStart(options: {
  readonly folder: string;
  readonly event: Batch;
  readonly dynamodb: string;
  readonly cacheDir?: string;
}): Promise<ColdStart> {
  const { folder, event, dynamodb, cacheDir } = options;
  const polled = Promise.withResolvers<ServerResponse>();
  const answered = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url?.endsWith("/invocation/next") === true) return polled.resolve(response);
    request.resume().once("end", () => {
      response.writeHead(202).end();
      if (request.url?.endsWith("/response") === true) answered.resolve();
      else answered.reject(new Error(`The handler in ${folder} failed: ${String(request.url)}`));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const start = performance.now();
  const child = spawn(process.execPath, [RUNTIME], {
    stdio: ["ignore", "ignore", "ignore"],
    env: {
      ...environmentOf(dynamodb),
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: "handler.handler",
      ...(cacheDir !== undefined && { NODE_COMPILE_CACHE: cacheDir }),
    },
  });
  const exited = once(child, "exit");
  try {
    const response = await Promise.race([polled.promise, answered.promise.then(() => Promise.reject(new Error()))]);
    const initMs = performance.now() - start;
    const sent = performance.now();
    response.writeHead(200, {
      "lambda-runtime-aws-request-id": "00000000-0000-4000-8000-000000000000",
      "lambda-runtime-deadline-ms": String(Date.now() + 30_000),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-central-2:000000000000:function:order-queue",
    });
    response.end(JSON.stringify(event));
    await answered.promise;
    return { initMs, firstInvocationMs: performance.now() - sent };
  } finally {
    // Without its Runtime API the process ends by itself, and writes its compile cache as it does.
    server.close();
    server.closeAllConnections();
    const killer = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await exited;
    clearTimeout(killer);
  }
}
