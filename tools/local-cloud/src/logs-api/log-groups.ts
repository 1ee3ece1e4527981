import type { FunctionDefinition } from "../graph/graph.ts";
import { logGroupOf } from "../lambda/logs/log-group.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import type { LogBook, LogEntry } from "../lambda/logs/log-book.ts";
import { LogsError } from "./logs-error.ts";

/** The log groups of the functions, with the lines that the log book keeps. */
export interface LogGroups {
  /** Sorted by name. */
  readonly names: readonly string[];
  arn(name: string): string;
  /**
   * The lines of a group, oldest first.
   * @throws LogsError where there is no such group
   */
  entries(name: string): readonly LogEntry[];
  /** When the local cloud was booted, for what has no line yet. */
  readonly since: number;
}

/** The groups of the functions, of which several may share one. */
export function createLogGroups(options: {
  readonly functions: readonly Pick<FunctionDefinition, "name" | "logGroup">[];
  readonly entries: LogBook["entries"];
  readonly region: string;
}): LogGroups {
  const groups = Map.groupBy(options.functions, logGroupOf);
  return {
    names: [...groups.keys()].toSorted(),
    arn: (name) => `arn:aws:logs:${options.region}:${LOCAL_ACCOUNT}:log-group:${name}`,
    entries(name) {
      const functions = groups.get(name);
      if (functions === undefined)
        throw new LogsError("ResourceNotFoundException", "The specified log group does not exist.");
      const entries = functions.flatMap((each) => options.entries(each.name));
      return functions.length === 1 ? entries : entries.toSorted((a, b) => a.order - b.order);
    },
    since: Date.now(),
  };
}

/** The name of a group that is named, or identified by an ARN. */
export function groupNameOf(parameters: {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}): string {
  const { logGroupName, logGroupIdentifier } = parameters;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw new LogsError("InvalidParameterException", "Specify either logGroupName or logGroupIdentifier.");
  return (logGroupName ?? logGroupIdentifier ?? "")
    .replace(/^arn:[^:]*:logs:[^:]*:\d*:log-group:/, "")
    .replace(/:\*$/, "");
}
