import type * as v from "valibot";
import { InvalidGraph } from "./invalid-graph.ts";
import { uuidOf } from "./resource-uuid.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { notReachable } from "../lambda/api/function-reference.ts";
import type { mappingInputs } from "./graph-resources.ts";
import type { MappingDefinition } from "./graph.ts";

/** Lambda's default batch sizes (Lambda, with-sqs and services-ddb-params). */
const QUEUE_BATCH = 10;
const STREAM_BATCH = 100;

/** Lambda's default pollers in provisioned mode of a queue (API reference, ProvisionedPollerConfig). */
const MINIMUM_POLLERS = 2;
const MAXIMUM_POLLERS = 200;

/** What only streams have. */
const OF_STREAMS = [
  "destinationConfig",
  "startingPosition",
  "parallelizationFactor",
  "maximumRetryAttempts",
  "maximumRecordAgeInSeconds",
  "bisectBatchOnFunctionError",
] as const;

/** Whether a mapping's source is one that the local cloud has; AWS has more, such as Kinesis, Kafka and MQ. */
export function hasEventSource({
  eventSourceArn,
}: Pick<v.InferOutput<typeof mappingInputs>, "eventSourceArn">): boolean {
  return /^arn:aws:(?:sqs|dynamodb):/.test(eventSourceArn);
}

/**
 * Reads an event source mapping, with Lambda's defaults. Its limits are checked with what is around it (`checkMappings`).
 * @throws InvalidGraph where its source is neither a queue nor a stream, where it has what its source does not take, and where its
 * function is in another region
 */
export function readMapping(
  value: v.InferOutput<typeof mappingInputs>,
  resource: string,
  region: string,
): MappingDefinition {
  const kind = /^arn:aws:(sqs|dynamodb):/.exec(value.eventSourceArn)?.[1];
  const [, , , functionRegion = region, , , functionName = value.functionName] = value.functionName.split(":");
  if (functionRegion !== region) throw new InvalidGraph(resource, notReachable(functionRegion, region));
  const only = kind === "sqs" ? OF_STREAMS : (["scalingConfig", "provisionedPollerConfig"] as const);
  const unsupported = only.find((name) => value[name] != null);
  if (unsupported !== undefined) {
    const parameter = unsupported.charAt(0).toUpperCase() + unsupported.slice(1);
    throw new InvalidGraph(resource, `Unsupported ${parameter} parameter for given event source mapping type.`);
  }
  const base = {
    uuid: uuidOf(resource),
    eventSourceArn: value.eventSourceArn,
    functionName,
    functionArn: `arn:aws:lambda:${region}:${LOCAL_ACCOUNT}:function:${functionName}`,
    enabled: value.enabled ?? true,
    batchSize: value.batchSize ?? (kind === "sqs" ? QUEUE_BATCH : STREAM_BATCH),
    maximumBatchingWindowSeconds: value.maximumBatchingWindowInSeconds ?? 0,
    reportBatchItemFailures: value.functionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    filters: (value.filterCriteria?.filters ?? []).map(({ pattern }) => {
      if (pattern == null)
        throw new InvalidGraph(resource, "Invalid filter pattern definition. A filter has no pattern.");
      return pattern;
    }),
  };
  if (kind === "sqs") {
    const maximumConcurrency = value.scalingConfig?.maximumConcurrency;
    const provisioned = value.provisionedPollerConfig;
    return {
      ...base,
      kind,
      ...(maximumConcurrency != null && { maximumConcurrency }),
      ...(provisioned != null && {
        provisionedPollers: {
          minimum: provisioned.minimumPollers ?? MINIMUM_POLLERS,
          maximum: provisioned.maximumPollers ?? MAXIMUM_POLLERS,
        },
      }),
    };
  }
  const tableName = /:table\/([^/]+)\/stream\//.exec(value.eventSourceArn)?.[1];
  if (kind !== "dynamodb" || tableName === undefined)
    throw new InvalidGraph(resource, `the local cloud has no event source ${value.eventSourceArn}.`);
  const { startingPosition, destinationConfig } = value;
  if (startingPosition == null) throw new InvalidGraph(resource, "a stream mapping needs a starting position.");
  return {
    ...base,
    kind,
    tableName,
    startingPosition,
    parallelizationFactor: value.parallelizationFactor ?? 1,
    maximumRetryAttempts: value.maximumRetryAttempts ?? -1,
    maximumRecordAgeSeconds: value.maximumRecordAgeInSeconds ?? -1,
    bisectBatchOnFunctionError: value.bisectBatchOnFunctionError ?? false,
    ...(destinationConfig?.onFailure != null && { onFailure: destinationConfig.onFailure.destinationArn }),
  };
}
