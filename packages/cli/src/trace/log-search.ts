import { setTimeout as delay } from "node:timers/promises";
import { type CloudWatchLogsClient, GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import * as v from "valibot";
import type { Environment } from "../aws/clients.ts";
import { CommandError } from "../command-error.ts";
import { logLineSchema } from "../pretty-log.ts";
import type { RunningCloud } from "../running-cloud.ts";
import { type ReadLine, readLogLine } from "./log-entry.ts";

/** The services whose logs there are. */
export const SERVICES = ["upload-ingest", "order-queue", "change-audit"] as const;
export type Service = (typeof SERVICES)[number];

/** Finds lines of the services' logs. */
export interface LogSearch {
  /** Lines of these services in which one of the texts stands, in no particular order. */
  find(services: readonly Service[], texts: readonly string[]): Promise<readonly ReadLine[]>;
}

/** The lines that a running local cloud has kept: the latest 20,000 of each function. */
export async function localLogs(cloud: RunningCloud, environment: Environment): Promise<LogSearch> {
  const text = await (await cloud.request("/_doorbell/logs")).text();
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => v.parse(logLineSchema, JSON.parse(line)));
  return {
    async find(services, texts) {
      const byFunction = new Map(services.map((service) => [environment.functionName(service), service]));
      return lines.flatMap(({ function: name, line }) => {
        const service = byFunction.get(name);
        if (service === undefined || !texts.some((each) => line.includes(each))) return [];
        const read = readLogLine(service, line);
        return read === undefined ? [] : [read];
      });
    },
  };
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
