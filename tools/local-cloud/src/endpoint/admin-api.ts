import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { answerJson } from "./front-server.ts";
import type { ServerResponse } from "node:http";
import type { LambdaService, LogLine } from "../lambda/lambda-service.ts";
import type { ScheduleTimers } from "../event-sources/schedules/schedule-timers.ts";
import type { Handler } from "./front-server.ts";

/** What the local cloud's own API shows. */
export interface AdminSource {
  readonly environment: Readonly<Record<string, string>>;
  /** The project's graph as JSON, without values that may be secret. */
  readonly shownGraph: unknown;
  status(): unknown;
  /** False when it was not idle in time or before the abort. */
  awaitIdle(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  readonly lambda: Pick<LambdaService, "readLogs">;
  readonly schedules: Pick<ScheduleTimers, "tick" | "schedules">;
}

const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;

/**
 * The API that `doorbell` commands use: `GET /_doorbell/status`, `GET /_doorbell/environment`, `GET /_doorbell/graph`,
 * `GET /_doorbell/logs?function=NAME&since=TIME&text=TEXT&follow=1` (one JSON object a line; of several functions or texts one has to
 * fit), `POST /_doorbell/tick?schedule=NAME` (fires a schedule now; 404 where there is none), `POST /_doorbell/wait?timeoutMs=N` (200 when idle, 408 if not in time).
 */
export function createAdminApi(source: AdminSource): Handler {
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    switch (`${request.method} ${pathname}`) {
      case "GET /_doorbell/status":
        return answerJson(response, 200, source.status());
      case "GET /_doorbell/environment":
        return answerJson(response, 200, source.environment);
      case "GET /_doorbell/graph":
        return answerJson(response, 200, source.shownGraph);
      case "GET /_doorbell/logs":
        return sendLogs(source.lambda, searchParams, response);
      case "POST /_doorbell/tick": {
        const name = searchParams.get("schedule") ?? "";
        if (source.schedules.tick(name)) return answerJson(response, 200, {});
        const names = source.schedules.schedules().map(({ component }) => component);
        const others = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
        return answerJson(response, 404, { message: `There is no schedule ${name}: ${others}.` });
      }
      case "POST /_doorbell/wait": {
        const timeoutMs = Math.min(Number(searchParams.get("timeoutMs") ?? DEFAULT_WAIT_MS), MAX_WAIT_MS);
        if (!(timeoutMs >= 0))
          return answerJson(response, 400, { message: "timeoutMs must be a number of milliseconds." });
        const gone = new AbortController();
        response.on("close", () => gone.abort());
        const idle = await source.awaitIdle(timeoutMs, gone.signal);
        return answerJson(response, idle ? 200 : 408, { idle, status: source.status() });
      }
      default:
        return answerJson(response, 404, { message: `There is no ${request.method} ${pathname}.` });
    }
  };
}

/** Sends lines only as fast as they are read. */
async function sendLogs(
  lambda: AdminSource["lambda"],
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const since = query.has("since") ? Date.parse(query.get("since") ?? "") : undefined;
  if (Number.isNaN(since)) return answerJson(response, 400, { message: "since must be a time in ISO 8601." });
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const wanted = {
    functionNames: query.has("function") ? query.getAll("function") : undefined,
    since,
    texts: query.has("text") ? query.getAll("text") : undefined,
    follow: query.get("follow") === "1",
  };
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  // At once, so that a follower knows that it is connected though nothing was logged yet.
  response.flushHeaders();
  const lines = Readable.from(asJsonLines(lambda.readLogs(wanted, gone.signal)));
  // A reader that leaves early has seen enough.
  await pipeline(lines, response).catch(() => {});
}

async function* asJsonLines(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
