import { isFifoQueue } from "../emulators/queues.ts";
import { InvalidPattern } from "../filters/invalid-pattern.ts";
import type {
  FunctionDefinition,
  MappingDefinition,
  QueueDefinition,
  QueueMapping,
  StreamMapping,
  TableDefinition,
  TopicDefinition,
} from "../graph/graph.ts";
import { compileFilters } from "./event-filter.ts";
import { InvalidMapping } from "./invalid-mapping.ts";

/** What mappings are checked against. */
export interface MappingSurroundings {
  readonly functions: readonly Pick<FunctionDefinition, "name" | "timeoutSeconds">[];
  readonly queues: readonly Pick<QueueDefinition, "arn" | "visibilityTimeoutSeconds">[];
  readonly tables: readonly Pick<TableDefinition, "name" | "streamView">[];
  readonly topics: readonly Pick<TopicDefinition, "arn">[];
}

/** Lambda's default quota; on AWS it can be raised to 10 (AWS: invocation-eventfiltering). */
const MAXIMUM_FILTERS = 5;

/**
 * Checks mappings as `CreateEventSourceMapping` does, one after the other (AWS: with-sqs, services-ddb-params). Where AWS's sentence
 * is known (recorded), it is the reason.
 * @throws InvalidMapping
 */
export function checkMappings(mappings: readonly MappingDefinition[], surroundings: MappingSurroundings): void {
  for (const [index, mapping] of mappings.entries()) {
    const earlier = mappings
      .slice(0, index)
      .find((each) => each.eventSourceArn === mapping.eventSourceArn && each.functionName === mapping.functionName);
    if (earlier !== undefined) throw new InvalidMapping(mapping, conflict(mapping, earlier.uuid));
    checkMapping(mapping, surroundings);
  }
}

function conflict({ kind, eventSourceArn, functionName }: MappingDefinition, uuid: string): string {
  const both =
    kind === "sqs"
      ? `An event source mapping with SQS arn (" ${eventSourceArn} ") and function (" ${functionName} ") already exists.`
      : `The event source arn (" ${eventSourceArn} ") and function (" ${functionName} ") provided mapping already exists.`;
  return `${both} Please update or delete the existing mapping with UUID ${uuid} (409 ResourceConflictException)`;
}

function checkMapping(mapping: MappingDefinition, surroundings: MappingSurroundings): void {
  const target = surroundings.functions.find(({ name }) => name === mapping.functionName);
  if (!target) throw new InvalidMapping(mapping, "Function does not exist");
  checkFilters(mapping);
  within(mapping, "batch size", mapping.batchSize, 1, 10_000);
  within(mapping, "batching window in seconds", mapping.maximumBatchingWindowSeconds, 0, 300);
  if (mapping.kind === "sqs") checkQueueMapping(mapping, target.timeoutSeconds, surroundings);
  else checkStreamMapping(mapping, surroundings);
}

function checkFilters(mapping: MappingDefinition): void {
  const { length } = mapping.filters;
  if (length > MAXIMUM_FILTERS)
    throw new InvalidMapping(
      mapping,
      `it has ${length} filters, and Lambda takes at most ${MAXIMUM_FILTERS} by default.`,
    );
  try {
    compileFilters(mapping.filters, mapping.kind);
  } catch (cause) {
    if (!(cause instanceof InvalidPattern)) throw cause;
    throw new InvalidMapping(mapping, `Invalid filter pattern definition. ${cause.message}`, { cause });
  }
}

function checkQueueMapping(mapping: QueueMapping, timeoutSeconds: number, { queues }: MappingSurroundings): void {
  const queue = queues.find(({ arn }) => arn === mapping.eventSourceArn);
  if (!queue) {
    const reason =
      "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.";
    throw new InvalidMapping(mapping, reason);
  }
  if (isFifoQueue(queue.arn)) {
    if (mapping.batchSize > 10)
      throw new InvalidMapping(mapping, `a batch of a FIFO queue has at most 10 messages, not ${mapping.batchSize}.`);
    if (mapping.maximumBatchingWindowSeconds > 0)
      throw new InvalidMapping(mapping, "a FIFO queue has no batching window.");
  }
  if (queue.visibilityTimeoutSeconds < timeoutSeconds) {
    throw new InvalidMapping(
      mapping,
      `the queue's visibility timeout (${queue.visibilityTimeoutSeconds} s) is less than the function's timeout (${timeoutSeconds} s). Lambda advises six times the timeout, plus the batching window.`,
    );
  }
  if (mapping.batchSize > 10 && mapping.maximumBatchingWindowSeconds < 1) {
    throw new InvalidMapping(
      mapping,
      `a batch size of ${mapping.batchSize}, above 10, needs a batching window of at least 1 s.`,
    );
  }
  if (mapping.maximumConcurrency !== undefined)
    within(mapping, "maximum concurrency", mapping.maximumConcurrency, 2, 1_000);
  if (mapping.provisionedPollers !== undefined) checkPollers(mapping, mapping.provisionedPollers);
}

/** AWS: services-sqs-scaling. */
function checkPollers(
  mapping: QueueMapping,
  { minimum, maximum }: NonNullable<QueueMapping["provisionedPollers"]>,
): void {
  if (mapping.maximumConcurrency !== undefined)
    throw new InvalidMapping(mapping, "provisioned pollers and a maximum concurrency exclude each other.");
  within(mapping, "minimum of pollers", minimum, 2, 200);
  within(mapping, "maximum of pollers", maximum, 2, 2_000);
  if (minimum > maximum)
    throw new InvalidMapping(mapping, `its minimum of pollers (${minimum}) is above their maximum (${maximum}).`);
}

function checkStreamMapping(mapping: StreamMapping, surroundings: MappingSurroundings): void {
  const table = surroundings.tables.find(({ name }) => name === mapping.tableName);
  if (table?.streamView === undefined) throw new InvalidMapping(mapping, `Stream not found: ${mapping.eventSourceArn}`);
  within(mapping, "parallelization factor", mapping.parallelizationFactor, 1, 10);
  if (mapping.maximumRetryAttempts !== -1)
    within(mapping, "maximum retry attempts", mapping.maximumRetryAttempts, 0, 10_000);
  if (mapping.maximumRecordAgeSeconds !== -1) {
    within(mapping, "maximum record age in seconds", mapping.maximumRecordAgeSeconds, 60, 604_800);
  }
  if (mapping.onFailure !== undefined) checkDestination(mapping, mapping.onFailure, surroundings);
}

function checkDestination(mapping: StreamMapping, arn: string, { queues, topics }: MappingSurroundings): void {
  if (/^arn:aws[^:]*:s3:/.test(arn)) return;
  if (/^arn:aws[^:]*:sns:/.test(arn)) {
    if (topics.some((each) => each.arn === arn)) return;
    throw new InvalidMapping(mapping, `there is no topic ${arn} for its failures.`);
  }
  if (!/^arn:aws[^:]*:sqs:/.test(arn)) {
    throw new InvalidMapping(
      mapping,
      `its on-failure destination ${arn} is neither an SQS queue nor an SNS topic nor an S3 bucket.`,
    );
  }
  const queue = queues.find((each) => each.arn === arn);
  if (!queue) throw new InvalidMapping(mapping, `there is no queue ${arn} for its failures.`);
  if (isFifoQueue(arn))
    throw new InvalidMapping(mapping, `its on-failure queue ${arn} is a FIFO queue, which Lambda does not write to.`);
}

function within(mapping: MappingDefinition, what: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new InvalidMapping(
    mapping,
    `its ${what} is ${value}, and must be a whole number from ${lowest} to ${highest}.`,
  );
}
