import * as v from "valibot";
import * as inputs from "./graph-resources.ts";
import type { GraphResource } from "./graph-resources.ts";
import { InvalidGraph } from "./invalid-graph.ts";
import { componentOf } from "./component-of.ts";
import { functionNameOf } from "./function-name.ts";
import { readFunction } from "./read-function.ts";
import { hasEventSource, readMapping } from "./read-mapping.ts";
import { readTable } from "./read-table.ts";
import { readBuses, readRules } from "./read-event-bridge.ts";
import { readSchedule } from "./read-schedule.ts";
import { readSubscription, readTopic } from "./read-topic.ts";
import { readFunctionUrls, readHttpApis } from "./read-web.ts";
import { notRunHere } from "./resource-support.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { isFifoQueue } from "../emulators/queues.ts";
import type {
  BucketDefinition,
  FifoAttributes,
  Graph,
  InvokeConfig,
  NotificationDefinition,
  QueueDefinition,
} from "./graph.ts";

/** A resource of a type that was asked for, without its inputs. */
type Resource = Omit<GraphResource, "inputs">;

/** Lambda's limits and defaults for asynchronous invocation (Lambda, invocation-async-error-handling). */
const ASYNC_RETRIES = 2;
const ASYNC_EVENT_AGE_SECONDS = 21_600;

/**
 * Reads a project's graph: what Pulumi would create, as the local cloud uses it, and what of it is not run here.
 * @throws InvalidGraph where it does not read, and where something that is run depends on something that is not
 */
export function readGraph(json: unknown): Graph {
  const graph = parsed(inputs.graphSchema, json, "");
  const { region } = graph;
  const find = <Schema extends v.GenericSchema>(type: RegExp, schema: Schema) =>
    graph.resources
      .filter((resource) => type.test(resource.type))
      .map(({ inputs: given, ...resource }) => ({
        ...resource,
        value: parsed(schema, given, `${resource.type} ${resource.name}`),
      }));
  const each = <Schema extends v.GenericSchema, Value>(
    type: RegExp,
    schema: Schema,
    read: (value: v.InferOutput<Schema>, resource: Resource) => Value,
  ): Value[] => find(type, schema).map(({ value, ...resource }) => read(value, resource));

  const invokeConfigs = each(/^aws:lambda\/functionEventInvokeConfig:/, inputs.invokeConfigInputs, readInvokeConfig);
  const functions = each(/^aws:lambda\/function:/, inputs.functionInputs, (value, resource) =>
    readFunction(value, resource, graph, invokeConfigs),
  );
  const corsType = /^aws:s3\/bucketCorsConfiguration(?:V2)?:/;
  const corsConfigurations = find(corsType, inputs.bucketCorsInputs).map(({ value }) => value);
  const mappings = find(/^aws:lambda\/eventSourceMapping:/, inputs.mappingInputs);
  const notRun = notRunHere(graph.resources);
  const tell = (sentence: string): void => void notRun.push(sentence);
  const functionUrls = readFunctionUrls(find, tell);
  const httpApis = readHttpApis(find, tell);
  const asked = [
    ...functionUrls,
    ...httpApis.flatMap(({ component, routes }) =>
      routes.filter(({ refused }) => refused === undefined).map((route) => ({ ...route, component })),
    ),
  ];
  const unknown = asked.find(({ functionName }) => !functions.some(({ name }) => name === functionName));
  if (unknown !== undefined)
    throw new InvalidGraph(unknown.component, `its function ${unknown.functionName} is not in the graph.`);
  return {
    app: graph.app,
    stage: graph.stage,
    region,
    functions,
    queues: each(/^aws:sqs\/queue:/, inputs.queueInputs, (value, resource) =>
      readQueue(value, componentOf(resource), region),
    ),
    tables: each(/^aws:dynamodb\/table:/, inputs.tableInputs, (value, resource) =>
      readTable(value, componentOf(resource), region),
    ),
    buckets: each(/^aws:s3\/bucket(?:V2)?:/, inputs.bucketInputs, (value, resource) =>
      readBucket(value, componentOf(resource), corsConfigurations),
    ),
    topics: each(/^aws:sns\/topic:/, inputs.topicInputs, (value, resource) =>
      readTopic(value, componentOf(resource), region),
    ),
    subscriptions: each(/^aws:sns\/topicSubscription:/, inputs.topicSubscriptionInputs, (value, { name }) =>
      readSubscription(value, name),
    ),
    buses: readBuses(find, region),
    rules: readRules(find, region),
    schedules: each(/^aws:scheduler\/schedule:/, inputs.scheduleInputs, (value, resource) =>
      readSchedule(value, resource, region),
    ),
    notifications: each(/^aws:s3\/bucketNotification:/, inputs.notificationInputs, readNotifications).flat(),
    bucketsOnBus: find(/^aws:s3\/bucketNotification:/, inputs.notificationInputs).flatMap(({ value }) =>
      value.eventbridge === true ? [value.bucket] : [],
    ),
    mappings: mappings
      .filter(({ value }) => hasEventSource(value))
      .map(({ name, value }) => readMapping(value, name, region)),
    invokeConfigs,
    functionUrls,
    httpApis,
    notRun: [
      ...notRun,
      ...mappings
        .filter(({ value }) => !hasEventSource(value))
        .map(({ name, value: { eventSourceArn } }) => {
          const why = "local event sources are queues and tables' streams";
          return `Not run here: ${name} (lambda/eventSourceMapping), of ${eventSourceArn}; ${why}.`;
        }),
    ],
  };
}

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  resource: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InvalidGraph(resource, `${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

function readInvokeConfig(value: v.InferOutput<typeof inputs.invokeConfigInputs>): InvokeConfig {
  const { onSuccess, onFailure } = value.destinationConfig ?? {};
  return {
    functionName: functionNameOf(value.functionName),
    maximumRetryAttempts: value.maximumRetryAttempts ?? ASYNC_RETRIES,
    maximumEventAgeSeconds: value.maximumEventAgeInSeconds ?? ASYNC_EVENT_AGE_SECONDS,
    ...(onSuccess != null && { onSuccess: onSuccess.destination }),
    ...(onFailure != null && { onFailure: onFailure.destination }),
  };
}

function readQueue(
  value: v.InferOutput<typeof inputs.queueInputs>,
  component: string,
  region: string,
): QueueDefinition {
  const redrive = value.redrivePolicy ? parsed(inputs.redrivePolicy, value.redrivePolicy, value.name) : undefined;
  if ((value.fifoQueue === true) !== isFifoQueue(value.name))
    throw new InvalidGraph(value.name, "FIFO queues, and they alone, have names that end in .fifo.");
  if (redrive !== undefined && isFifoQueue(redrive.deadLetterTargetArn) !== isFifoQueue(value.name))
    throw new InvalidGraph(value.name, "its dead-letter queue must be of its own kind, standard or FIFO.");
  return {
    name: value.name,
    arn: `arn:aws:sqs:${region}:${LOCAL_ACCOUNT}:${value.name}`,
    component,
    visibilityTimeoutSeconds: value.visibilityTimeoutSeconds ?? 30,
    retentionSeconds: value.messageRetentionSeconds ?? 345_600,
    delaySeconds: value.delaySeconds ?? 0,
    receiveWaitSeconds: value.receiveWaitTimeSeconds ?? 0,
    maximumMessageBytes: value.maxMessageSize ?? 1_048_576,
    ...(value.fifoQueue === true && { fifo: readFifo(value) }),
    ...(redrive !== undefined && {
      redrive: { deadLetterArn: redrive.deadLetterTargetArn, maxReceiveCount: redrive.maxReceiveCount },
    }),
  };
}

function readFifo(value: v.InferOutput<typeof inputs.queueInputs>): FifoAttributes {
  return {
    FifoQueue: "true",
    ContentBasedDeduplication: value.contentBasedDeduplication === true ? "true" : "false",
    DeduplicationScope: value.deduplicationScope ?? "queue",
    FifoThroughputLimit: value.fifoThroughputLimit ?? "perQueue",
  };
}

function readBucket(
  { bucket }: v.InferOutput<typeof inputs.bucketInputs>,
  component: string,
  corsConfigurations: readonly v.InferOutput<typeof inputs.bucketCorsInputs>[],
): BucketDefinition {
  const cors = corsConfigurations
    .find((each) => each.bucket === bucket)
    ?.corsRules.map((rule) => ({
      origins: rule.allowedOrigins,
      methods: rule.allowedMethods,
      headers: rule.allowedHeaders ?? [],
      exposed: rule.exposeHeaders ?? [],
      ...(rule.maxAgeSeconds != null && { maxAgeSeconds: rule.maxAgeSeconds }),
    }));
  return { name: bucket, arn: `arn:aws:s3:::${bucket}`, component, ...(cors !== undefined && { cors }) };
}

function readNotifications(value: v.InferOutput<typeof inputs.notificationInputs>): NotificationDefinition[] {
  const { bucket } = value;
  const rules = [
    ...(value.lambdaFunctions ?? []).map((rule) => ({ ...rule, targetArn: rule.lambdaFunctionArn })),
    ...(value.queues ?? []).map((rule) => ({ ...rule, targetArn: rule.queueArn })),
    ...(value.topics ?? []).map((rule) => ({ ...rule, targetArn: rule.topicArn })),
  ];
  return rules.map(({ id, targetArn, events, filterPrefix, filterSuffix }) => ({
    id: id ?? targetArn.slice(targetArn.lastIndexOf(":") + 1),
    bucket,
    targetArn,
    events,
    prefix: filterPrefix ?? "",
    suffix: filterSuffix ?? "",
  }));
}
