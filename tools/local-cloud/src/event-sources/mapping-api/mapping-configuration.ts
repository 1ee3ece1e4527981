import type { MappingDefinition, StreamMapping } from "../../graph/graph.ts";
import type { SwitchedMapping } from "../switched-mapping.ts";

/** A mapping as `GetEventSourceMapping` shows it (AWS API reference: EventSourceMappingConfiguration). */
export function mappingConfigurationOf(mapping: SwitchedMapping, eventSourceArn: string): object {
  const { definition } = mapping;
  const [, , , region, account] = definition.functionArn.split(":");
  return {
    UUID: definition.uuid,
    EventSourceMappingArn: `arn:aws:lambda:${region}:${account}:event-source-mapping:${definition.uuid}`,
    EventSourceArn: eventSourceArn,
    FunctionArn: definition.functionArn,
    State: mapping.state,
    StateTransitionReason: definition.kind === "sqs" ? "USER_INITIATED" : "User action",
    LastModified: mapping.lastModified.getTime() / 1_000,
    BatchSize: definition.batchSize,
    MaximumBatchingWindowInSeconds: definition.maximumBatchingWindowSeconds,
    FunctionResponseTypes: definition.reportBatchItemFailures ? ["ReportBatchItemFailures"] : [],
    ...(definition.filters.length > 0 && {
      FilterCriteria: { Filters: definition.filters.map((Pattern) => ({ Pattern })) },
    }),
    ...(definition.kind === "sqs" ? queueFields(definition) : streamFields(definition, mapping)),
  };
}

function queueFields({ maximumConcurrency, provisionedPollers }: MappingDefinition & { kind: "sqs" }): object {
  if (provisionedPollers !== undefined) {
    const { minimum, maximum } = provisionedPollers;
    return { ProvisionedPollerConfig: { MinimumPollers: minimum, MaximumPollers: maximum } };
  }
  return maximumConcurrency === undefined ? {} : { ScalingConfig: { MaximumConcurrency: maximumConcurrency } };
}

function streamFields(definition: StreamMapping, { counters }: SwitchedMapping): object {
  const result = counters.batches === 0 ? "No records processed" : "OK";
  return {
    StartingPosition: definition.startingPosition,
    ParallelizationFactor: definition.parallelizationFactor,
    MaximumRecordAgeInSeconds: definition.maximumRecordAgeSeconds,
    BisectBatchOnFunctionError: definition.bisectBatchOnFunctionError,
    MaximumRetryAttempts: definition.maximumRetryAttempts,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: definition.onFailure === undefined ? {} : { Destination: definition.onFailure } },
    LastProcessingResult: counters.problem === undefined ? result : `PROBLEM: ${counters.problem}`,
  };
}
