import { dirname } from "node:path";
import type { FunctionDefinition } from "../../graph/graph.ts";
import { logGroupOf } from "../logs/log-group.ts";

/** Where commands are looked for in an execution environment, as on AWS; this Node comes first. */
export const SEARCH_PATH = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

/** What the variables are made of. */
export interface VariablesSource {
  readonly definition: FunctionDefinition;
  readonly taskRoot: string;
  /** Endpoint, region and credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** `host:port` of the Runtime API. */
  readonly address: string;
  readonly logStream: string;
}

/**
 * The variables of an execution environment, and nothing of the developer's own
 * (AWS page: "Working with Lambda environment variables", defined runtime environment variables). The function's own come
 * after endpoint and credentials, the reserved ones last: neither can be set by a function.
 */
export function environmentVariables(source: VariablesSource): Record<string, string> {
  const { definition } = source;
  const region = definition.arn.split(":")[3] ?? "";
  return {
    // Profiles in the developer's home folder must not reach a handler's SDK.
    HOME: source.taskRoot,
    PATH: SEARCH_PATH,
    LANG: "en_US.UTF-8",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...source.environment,
    ...definition.environment,
    TZ: ":UTC",
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: source.taskRoot,
    LAMBDA_RUNTIME_DIR: source.taskRoot,
    AWS_LAMBDA_RUNTIME_API: source.address,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(definition),
    AWS_LAMBDA_LOG_STREAM_NAME: source.logStream,
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    // Lambda knows levels only with JSON logs.
    ...(definition.logLevel === undefined || definition.logFormat === "Text"
      ? {}
      : { AWS_LAMBDA_LOG_LEVEL: definition.logLevel }),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
  };
}
