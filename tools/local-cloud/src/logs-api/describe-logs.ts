import * as v from "valibot";
import { groupNameOf } from "./log-groups.ts";
import type { Action } from "./action.ts";
import { LogsError } from "./logs-error.ts";
import { pageTokens } from "./page-token.ts";

const limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50)), 50);
const groupsParameters = v.strictObject({
  logGroupNamePrefix: v.optional(v.string()),
  logGroupNamePattern: v.optional(v.string()),
  limit,
  nextToken: v.optional(v.string()),
});
const streamsParameters = v.strictObject({
  logGroupName: v.optional(v.string()),
  logGroupIdentifier: v.optional(v.string()),
  logStreamNamePrefix: v.optional(v.string()),
  orderBy: v.optional(v.picklist(["LogStreamName", "LastEventTime"]), "LogStreamName"),
  descending: v.optional(v.boolean(), false),
  limit,
  nextToken: v.optional(v.string()),
});

/** DescribeLogGroups: the groups of the functions. */
export const describeLogGroups: Action<typeof groupsParameters> = {
  parameters: groupsParameters,
  answer(groups, parameters) {
    const { logGroupNamePrefix: prefix = "", logGroupNamePattern: pattern = "" } = parameters;
    if (prefix !== "" && pattern !== "")
      throw new LogsError(
        "InvalidParameterException",
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
      );
    const fitting = groups.names.filter(
      (name) => name.startsWith(prefix) && name.toLowerCase().includes(pattern.toLowerCase()),
    );
    const { page, nextToken } = pageOf("DescribeLogGroups", parameters, fitting);
    const logGroups = page.map((name) => {
      const entries = groups.entries(name);
      return {
        logGroupName: name,
        creationTime: entries[0]?.time ?? groups.since,
        metricFilterCount: 0,
        arn: `${groups.arn(name)}:*`,
        logGroupArn: groups.arn(name),
        logGroupClass: "STANDARD",
        storedBytes: entries.reduce((sum, { line }) => sum + line.length, 0),
      };
    });
    return { logGroups, ...nextToken };
  },
};

/** DescribeLogStreams: one for each execution environment that has lines left, and the local cloud's own. */
export const describeLogStreams: Action<typeof streamsParameters> = {
  parameters: streamsParameters,
  answer(groups, parameters) {
    const group = groupNameOf(parameters);
    const { logStreamNamePrefix: prefix = "", orderBy, descending } = parameters;
    if (orderBy === "LastEventTime" && prefix !== "")
      throw new LogsError("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.");
    const streams = new Map<string, { first: number; last: number }>();
    for (const { stream, time } of groups.entries(group))
      streams.set(stream, { first: streams.get(stream)?.first ?? time, last: time });
    const sorted = [...streams]
      .filter(([name]) => name.startsWith(prefix))
      .toSorted(([a, { last: lastOfA }], [b, { last: lastOfB }]) =>
        orderBy === "LastEventTime" && lastOfA !== lastOfB ? lastOfA - lastOfB : a < b ? -1 : 1,
      );
    const { page, nextToken } = pageOf("DescribeLogStreams", parameters, descending ? sorted.toReversed() : sorted);
    const logStreams = page.map(([logStreamName, { first, last }]) => ({
      logStreamName,
      creationTime: first,
      firstEventTimestamp: first,
      lastEventTimestamp: last,
      lastIngestionTime: last,
      arn: `${groups.arn(group)}:log-stream:${logStreamName}`,
      storedBytes: 0,
    }));
    return { logStreams, ...nextToken };
  },
};

function pageOf<Item>(
  action: string,
  parameters: Readonly<Record<string, unknown>> & { readonly limit: number; readonly nextToken?: string | undefined },
  items: readonly Item[],
): { page: readonly Item[]; nextToken: { nextToken?: string } } {
  const tokens = pageTokens(action, parameters);
  const from = parameters.nextToken === undefined ? 0 : tokens.read(parameters.nextToken);
  const to = from + parameters.limit;
  return { page: items.slice(from, to), nextToken: to < items.length ? { nextToken: tokens.make(to) } : {} };
}
