import { answerJson } from "./front-server.ts";
import type { ServerResponse } from "node:http";
import type { LambdaService, LogLine } from "../lambda/lambda-service.ts";
import type { Handler } from "./front-server.ts";

/** What the local cloud's own API shows. */
export interface AdminSource {
  readonly environment: Readonly<Record<string, string>>;
  status(): Promise<unknown>;
  /** False when it was not idle in time or before the abort. */
  awaitIdle(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  readonly lambda: Pick<LambdaService, "logs" | "onLog">;
}

const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;
/** A reader of logs that falls further behind than this is cut off. */
const MAX_BEHIND_BYTES = 16 * 1024 * 1024;

/**
 * The API that `doorbell` commands use: `GET /_doorbell/status`, `GET /_doorbell/environment`,
 * `GET /_doorbell/logs?function=NAME&follow=1` (one JSON object a line), `POST /_doorbell/wait?timeoutMs=N` (200 when idle, 408 if
 * not in time).
 */
export function createAdminApi(source: AdminSource): Handler {
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    switch (`${request.method} ${pathname}`) {
      case "GET /_doorbell/status":
        return answerJson(response, 200, await source.status());
      case "GET /_doorbell/environment":
        return answerJson(response, 200, source.environment);
      case "GET /_doorbell/logs":
        return sendLogs(source.lambda, searchParams, response);
      case "POST /_doorbell/wait": {
        const timeoutMs = Math.min(Number(searchParams.get("timeoutMs") ?? DEFAULT_WAIT_MS), MAX_WAIT_MS);
        if (!(timeoutMs >= 0))
          return answerJson(response, 400, { message: "timeoutMs must be a number of milliseconds." });
        const gone = new AbortController();
        response.on("close", () => gone.abort());
        const idle = await source.awaitIdle(timeoutMs, gone.signal);
        return answerJson(response, idle ? 200 : 408, { idle, status: await source.status() });
      }
      default:
        return answerJson(response, 404, { message: `There is no ${request.method} ${pathname}.` });
    }
  };
}

function sendLogs(lambda: AdminSource["lambda"], query: URLSearchParams, response: ServerResponse): void {
  const wanted = query.get("function") ?? undefined;
  const send = (line: LogLine) => {
    response.write(`${JSON.stringify(line)}\n`);
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
  };
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  // At once, so that a follower knows that it is connected though nothing was logged yet.
  response.flushHeaders();
  for (const line of lambda.logs(wanted)) send(line);
  if (query.get("follow") !== "1") {
    response.end();
    return;
  }
  const unsubscribe = lambda.onLog((line) => {
    if (wanted === undefined || line.function === wanted) send(line);
  });
  response.on("close", unsubscribe);
}
