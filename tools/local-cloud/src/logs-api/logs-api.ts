import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import * as v from "valibot";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import type { Handler } from "../endpoint/front-server.ts";
import { readBody } from "../endpoint/read-body.ts";
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
  return async (request, response) => {
    try {
      const [, name = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
      const action = ACTIONS[name];
      if (action === undefined)
        throw new LogsError(
          "UnknownOperationException",
          `The local cloud does not have ${name || "this operation"} of CloudWatch Logs: it has ${Object.keys(ACTIONS).join(", ")}.`,
        );
      const body = await readBody(request, BODY_LIMITS.logsRequest);
      if (body === undefined) throw new LogsError("SerializationException", "The request is too large.");
      send(response, 200, action(groups, jsonOf(body.toString("utf8"))));
    } catch (error) {
      if (!(error instanceof LogsError)) throw error;
      send(response, 400, { __type: error.code, message: error.message });
    }
  };
}

function jsonOf(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new LogsError("SerializationException", "The request is not JSON.");
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(text);
}
