import * as v from "valibot";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import type { Handler } from "../endpoint/front-server.ts";
import { createJsonApi } from "../endpoint/json-api.ts";
import type { Action } from "./action.ts";
import { describeLogGroups, describeLogStreams } from "./describe-logs.ts";
import { filterLogEvents, getLogEvents } from "./log-events.ts";
import type { LogGroups } from "./log-groups.ts";
import { LogsError } from "./logs-error.ts";

const run =
  <Schema extends v.GenericSchema>({ parameters, answer }: Action<Schema>) =>
  (groups: LogGroups, body: unknown): object => {
    const read = v.safeParse(parameters, body);
    if (read.success) return answer(groups, read.output);
    const [issue] = read.issues;
    const name = v.getDotPath(issue) ?? "the request";
    throw new LogsError("InvalidParameterException", `The local cloud cannot take ${name}: ${issue.message}`);
  };

const ACTIONS: Readonly<Record<string, (groups: LogGroups, body: unknown) => object>> = {
  DescribeLogGroups: run(describeLogGroups),
  DescribeLogStreams: run(describeLogStreams),
  FilterLogEvents: run(filterLogEvents),
  GetLogEvents: run(getLogEvents),
};

/**
 * Answers requests to CloudWatch Logs that read the functions' logs. What it does not have is refused by name. (AWS API reference:
 * CloudWatch Logs; protocol JSON 1.1.)
 */
export function createLogsApi(groups: LogGroups): Handler {
  const actions = Object.fromEntries(
    Object.entries(ACTIONS).map(([name, action]) => [name, (body: unknown) => action(groups, body)]),
  );
  return createJsonApi({ service: "CloudWatch Logs", actions, limitBytes: BODY_LIMITS.logsRequest });
}
