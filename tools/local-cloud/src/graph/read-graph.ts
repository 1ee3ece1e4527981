import * as v from "valibot";
import * as inputs from "./graph-resources.ts";
import { functionNameOf } from "./function-name.ts";
import { InvalidGraph } from "./invalid-graph.ts";
import { readMapping } from "./read-mapping.ts";
import { readTable } from "./read-table.ts";
import { readSubscription, readTopic } from "./read-topic.ts";
import { readFunctionUrls, readHttpApis } from "./read-web.ts";
import { notRunHere } from "./resource-support.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { isFifoQueue } from "../emulators/queues.ts";
import type {
  BucketDefinition,
  FifoAttributes,
  FunctionDefinition,
  Graph,
  InvokeConfig,
  NotificationDefinition,
  QueueDefinition,
} from "./graph.ts";

/** Lambda's limits and defaults for asynchronous invocation (Lambda, invocation-async-error-handling). */
const ASYNC_RETRIES = 2;
const ASYNC_EVENT_AGE_SECONDS = 21_600;

/**
 * Reads `infra/graph.json`: what Pulumi would create, as the local cloud uses it, and what of it is not run here.
 * @throws InvalidGraph where it does not read, and where something that is run depends on something that is not
 */
export function readGraph(json: unknown): Graph {
  const graph = parsed(inputs.graphSchema, json, "");
  const { region } = graph;
  const find = <Schema extends v.GenericSchema>(type: RegExp, schema: Schema) =>
    graph.resources
      .filter((resource) => type.test(resource.type))
      .map(({ type: found, name, drawn = {}, inputs: value }) => ({
        name,
        drawn,
        value: parsed(schema, value, `${found} ${name}`),
      }));
  const each = <Schema extends v.GenericSchema, Value>(
    type: RegExp,
    schema: Schema,
    read: (value: v.InferOutput<Schema>, resource: string) => Value,
  ): Value[] => find(type, schema).map(({ value, name }) => read(value, name));

  const invokeConfigs = each(/^aws:lambda\/functionEventInvokeConfig:/, inputs.invokeConfigInputs, readInvokeConfig);
  const functions = each(/^aws:lambda\/function:/, inputs.functionInputs, (value, name) =>
    readFunction(value, name, region, invokeConfigs),
  );
  const functionUrls = readFunctionUrls(find);
  const httpApis = readHttpApis(find);
  const asked = [
    ...functionUrls,
    ...httpApis.flatMap(({ component, routes }) => routes.map((route) => ({ ...route, component }))),
  ];
  const unknown = asked.find(({ functionName }) => !functions.some(({ name }) => name === functionName));
  if (unknown !== undefined)
    throw new InvalidGraph(unknown.component, `its function ${unknown.functionName} is not in the graph.`);
  return {
    app: graph.app,
    stage: graph.stage,
    region,
    functions,
    queues: each(/^aws:sqs\/queue:/, inputs.queueInputs, (value, name) => readQueue(value, name, region)),
    tables: each(/^aws:dynamodb\/table:/, inputs.tableInputs, (value, name) => readTable(value, name, region)),
    buckets: each(/^aws:s3\/bucket(?:V2)?:/, inputs.bucketInputs, readBucket),
    topics: each(/^aws:sns\/topic:/, inputs.topicInputs, (value, name) => readTopic(value, name, region)),
    subscriptions: each(/^aws:sns\/topicSubscription:/, inputs.topicSubscriptionInputs, readSubscription),
    notifications: each(/^aws:s3\/bucketNotification:/, inputs.notificationInputs, readNotifications).flat(),
    mappings: each(/^aws:lambda\/eventSourceMapping:/, inputs.mappingInputs, (value, name) =>
      readMapping(value, name, region),
    ),
    invokeConfigs,
    functionUrls,
    httpApis,
    notRun: notRunHere(graph.resources),
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

function readFunction(
  value: v.InferOutput<typeof inputs.functionInputs>,
  resource: string,
  region: string,
  invokeConfigs: readonly InvokeConfig[],
): FunctionDefinition {
  const invokeConfig = invokeConfigs.find(({ functionName }) => functionName === value.name);
  const reserved = value.reservedConcurrentExecutions;
  const { applicationLogLevel: logLevel, logGroup } = value.loggingConfig ?? {};
  const { handler, runtime } = value;
  const refused = (why: string) => new InvalidGraph(value.name, why);
  if (value.packageType === "Image")
    throw refused("it is a container image, and the local cloud starts no containers.");
  if (handler == null || runtime == null) throw refused(`${resource} names no handler and runtime.`);
  if (!/^nodejs\d+\.x$/.test(runtime))
    throw refused(`its runtime is ${runtime}, and the local cloud runs Node functions only.`);
  if (value.layers != null && value.layers.length > 0)
    throw refused(`it needs layers (${value.layers.join(", ")}), which the local cloud does not have.`);
  if (value.fileSystemConfig != null)
    throw refused(`it needs a file system at ${value.fileSystemConfig.localMountPath}, which is not mounted here.`);
  return {
    name: value.name,
    arn: `arn:aws:lambda:${region}:${LOCAL_ACCOUNT}:function:${value.name}`,
    handler,
    runtime,
    architecture: value.architectures?.[0] ?? "x86_64",
    timeoutSeconds: value.timeout ?? 3,
    memoryMb: value.memorySize ?? 128,
    environment: value.environment?.variables ?? {},
    logFormat: value.loggingConfig?.logFormat ?? "Text",
    ...(logGroup != null && { logGroup }),
    ...(logLevel != null && { logLevel }),
    // Pulumi's −1 stands for none.
    ...(reserved != null && reserved >= 0 && { reservedConcurrency: reserved }),
    ...(value.deadLetterConfig != null && { deadLetterArn: value.deadLetterConfig.targetArn }),
    ...(invokeConfig !== undefined && { invokeConfig }),
  };
}

function readQueue(value: v.InferOutput<typeof inputs.queueInputs>, resource: string, region: string): QueueDefinition {
  const redrive = value.redrivePolicy ? parsed(inputs.redrivePolicy, value.redrivePolicy, value.name) : undefined;
  if ((value.fifoQueue === true) !== isFifoQueue(value.name))
    throw new InvalidGraph(value.name, "FIFO queues, and they alone, have names that end in .fifo.");
  if (redrive !== undefined && isFifoQueue(redrive.deadLetterTargetArn) !== isFifoQueue(value.name))
    throw new InvalidGraph(value.name, "its dead-letter queue must be of its own kind, standard or FIFO.");
  return {
    name: value.name,
    arn: `arn:aws:sqs:${region}:${LOCAL_ACCOUNT}:${value.name}`,
    component: resource.replace(/Queue$/, ""),
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

function readBucket({ bucket }: v.InferOutput<typeof inputs.bucketInputs>, resource: string): BucketDefinition {
  return { name: bucket, arn: `arn:aws:s3:::${bucket}`, component: resource.replace(/Bucket$/, "") };
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
