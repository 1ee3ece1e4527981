import { setTimeout as delay } from "node:timers/promises";
import { type CloudWatchLogsClient, GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CommandError } from "../../command-error.ts";
import { readLogs } from "../../local/read-logs.ts";
import type { RunningCloud } from "../../running-cloud.ts";
import type { ReadLine } from "./log-entry.ts";
import { readLogLine } from "./read-log-line.ts";

/** Finds lines of the services' logs. */
export interface LogSearch {
  /** Lines of these services in which one of the texts stands, in no particular order; one with several may come more than once. */
  find(services: readonly string[], texts: readonly string[]): Promise<readonly ReadLine[]>;
}

/** Characters of texts in one request; Node's server takes an address and headers of 16 KB (`--max-http-header-size`). */
const MAX_QUERY_CHARACTERS = 8_000;

/** Searches the lines that a running local cloud has kept: the latest 20,000 of each function. The cloud itself looks through them. */
export function localLogs(cloud: RunningCloud, functionName: (service: string) => string): LogSearch {
  return {
    async find(services, texts) {
      const byFunction = new Map(services.map((service) => [functionName(service), service]));
      const found: ReadLine[] = [];
      for (const some of inQueries(texts))
        for await (const { function: name, line, time } of readLogs(cloud, {
          functionNames: [...byFunction.keys()],
          texts: some,
        })) {
          const service = byFunction.get(name);
          const read = service === undefined ? undefined : readLogLine(service, line, time);
          if (read !== undefined) found.push(read);
        }
      return found;
    },
  };
}

/** The texts in parts, each short enough for one request. */
function inQueries(texts: readonly string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const characters = encodeURIComponent(text).length + "&text=".length;
    const part = parts.at(-1);
    if (part === undefined || characters > room) {
      parts.push([text]);
      room = MAX_QUERY_CHARACTERS - characters;
    } else {
      part.push(text);
      room -= characters;
    }
  }
  return parts;
}

/** The most lines that one query gives (AWS: StartQuery, `limit`). */
const MAX_RESULTS = 10_000;
/** Texts in one query: its own text has at most 10,000 characters (AWS: "CloudWatch Logs quotas"). */
const TEXTS_PER_QUERY = 50;
const POLL_MS = 500;
const GIVE_UP_MS = 120_000;

/**
 * CloudWatch Logs Insights over the services' log groups, from `since` until now. Needs `logs:StartQuery` and
 * `logs:GetQueryResults`; each query costs by the bytes it scans.
 *
 * @throws {CommandError} a query failed, or was not done in two minutes
 */
export function insightsLogs(
  client: CloudWatchLogsClient,
  functionName: (service: string) => string,
  since: Date,
): LogSearch {
  return {
    async find(services, texts) {
      const found: ReadLine[] = [];
      // A query an hour is cheap, and so are few at a time: an account runs 30 at once at most.
      for (const service of services)
        for (let from = 0; from < texts.length; from += TEXTS_PER_QUERY) {
          const lines = await query(`/aws/lambda/${functionName(service)}`, texts.slice(from, from + TEXTS_PER_QUERY));
          for (const line of lines) {
            const read = readLogLine(service, line);
            if (read !== undefined) found.push(read);
          }
        }
      return found;
    },
  };

  async function query(logGroupName: string, texts: readonly string[]): Promise<string[]> {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName,
        startTime: Math.floor(since.getTime() / 1_000),
        endTime: Math.ceil(Date.now() / 1_000),
        limit: MAX_RESULTS,
        queryString: insightsQuery(texts),
      }),
    );
    const deadline = performance.now() + GIVE_UP_MS;
    for (;;) {
      const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === "Complete")
        return results.map((row) => row.find(({ field }) => field === "@message")?.value ?? "");
      if (status !== "Running" && status !== "Scheduled")
        throw new CommandError(`CloudWatch Logs ended the search of ${logGroupName} as ${status ?? "unknown"}.`);
      if (performance.now() > deadline)
        throw new CommandError(`CloudWatch Logs did not end the search of ${logGroupName}; try a later --since.`);
      await delay(POLL_MS);
    }
  }
}

/** Lines that hold one of the texts, the oldest first, in the language of CloudWatch Logs Insights. */
export function insightsQuery(texts: readonly string[]): string {
  const conditions = texts.map((text) => `@message like ${JSON.stringify(text)}`);
  return `fields @message | filter ${conditions.join(" or ")} | sort @timestamp asc`;
}
