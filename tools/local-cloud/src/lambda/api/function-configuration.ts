import type { FunctionDefinition } from "../../graph/graph.ts";
import { logGroupOf } from "../logs/log-group.ts";
import { ApiError } from "./api-error.ts";

/** A function as `GetFunctionConfiguration` shows it. */
export function configurationOf(definition: FunctionDefinition): object {
  return { ...listedConfigurationOf(definition), State: "Active", LastUpdateStatus: "Successful" };
}

/** A function as `ListFunctions` shows it: without its states. */
export function listedConfigurationOf(definition: FunctionDefinition): object {
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Handler: definition.handler,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    Version: "$LATEST",
    PackageType: "Zip",
    Architectures: [definition.architecture],
    Environment: { Variables: definition.environment },
    LoggingConfig: {
      LogFormat: definition.logFormat,
      ...(definition.logLevel !== undefined && { ApplicationLogLevel: definition.logLevel }),
      ...(definition.systemLogLevel !== undefined && { SystemLogLevel: definition.systemLogLevel }),
      LogGroup: logGroupOf(definition),
    },
    ...(definition.deadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: definition.deadLetterArn } }),
  };
}

/** A function as `GetFunction` shows it. */
export function functionOf(definition: FunctionDefinition): object {
  const reserved = definition.reservedConcurrency;
  return {
    Configuration: configurationOf(definition),
    ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  };
}

/**
 * How a function's asynchronous invocations are retried, as `GetFunctionEventInvokeConfig` shows it.
 * @throws ApiError 404 where the function has Lambda's defaults
 */
export function invokeConfigOf({ arn, invokeConfig }: FunctionDefinition): object {
  if (invokeConfig === undefined) throw noInvokeConfig(`${arn}:$LATEST`);
  const { onSuccess, onFailure } = invokeConfig;
  return {
    FunctionArn: `${arn}:$LATEST`,
    MaximumRetryAttempts: invokeConfig.maximumRetryAttempts,
    MaximumEventAgeInSeconds: invokeConfig.maximumEventAgeSeconds,
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}

/** What Lambda says of a function, or a version, that has Lambda's defaults or is not there at all (recorded). */
export function noInvokeConfig(arn: string): ApiError {
  const Message = `The function ${arn} doesn't have an EventInvokeConfig`;
  return new ApiError(404, "ResourceNotFoundException", { Type: "User", Message });
}
