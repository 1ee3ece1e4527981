import { mostReceives } from "@doorbell/batch/backoff";
import { type GraphView, nameIn } from "./graph-view.ts";
import type { Rule } from "./rule.ts";

const day = 24 * 3600;

const queues = (graph: GraphView) => graph.all("aws:sqs/queue:Queue");
const mappings = (graph: GraphView) => graph.all("aws:lambda/eventSourceMapping:EventSourceMapping");
/** Mappings of queues. */
export const queueMappings = (graph: GraphView) =>
  mappings(graph).filter((it) => it.eventSourceArn.startsWith("arn:aws:sqs:"));
/** Mappings of DynamoDB streams. */
export const streamMappings = (graph: GraphView) =>
  mappings(graph).filter((it) => it.eventSourceArn.includes("/stream/"));
/** Asynchronous configurations of functions. */
export const invokeConfigs = (graph: GraphView) =>
  graph.all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");

function queueOf(graph: GraphView, arn: string) {
  return queues(graph).find(({ name }) => name === nameIn(arn));
}

function timeoutOf(graph: GraphView, functionArn: string): number {
  return (
    graph.all("aws:lambda/function:Function").find(({ name }) => name === nameIn(functionArn))?.timeout ?? Infinity
  );
}

/** Queues where something ends that could not be handled: of a redrive policy, or of a failed asynchronous invocation. */
export function failureQueues(graph: GraphView): readonly string[] {
  const redriven = queues(graph).flatMap(({ redrivePolicy }) => redrivePolicy?.deadLetterTargetArn ?? []);
  const failed = invokeConfigs(graph).flatMap(
    ({ destinationConfig }) => destinationConfig?.onFailure?.destination ?? [],
  );
  return [...redriven, ...failed].filter((arn) => arn.startsWith("arn:aws:sqs:")).map(nameIn);
}

/** Nothing lost: what has to hold of queues, mappings and asynchronous invocations under at-least-once delivery. */
export const deliveryRules: readonly Rule[] = [
  {
    name: "a queue hides a message for six function timeouts and the batching window",
    violations: (graph) =>
      queueMappings(graph)
        .filter(({ functionName, eventSourceArn, maximumBatchingWindowInSeconds }) => {
          const visible = queueOf(graph, eventSourceArn)?.visibilityTimeoutSeconds ?? 0;
          return visible < 6 * timeoutOf(graph, functionName) + maximumBatchingWindowInSeconds;
        })
        .map(({ eventSourceArn }) => nameIn(eventSourceArn)),
  },
  {
    name: "a queue that feeds a function gives a message up after more receives than an outage of four hours takes, to a queue of its own",
    violations: (graph) =>
      queueMappings(graph)
        .filter(({ eventSourceArn }) => {
          const redrive = queueOf(graph, eventSourceArn)?.redrivePolicy;
          const target = redrive && queueOf(graph, redrive.deadLetterTargetArn);
          return (
            redrive === undefined ||
            target === undefined ||
            redrive.maxReceiveCount < mostReceives(4 * 3600) ||
            redrive.deadLetterTargetArn === eventSourceArn
          );
        })
        .map(({ eventSourceArn }) => nameIn(eventSourceArn)),
  },
  {
    name: "a queue of failures keeps messages for 14 days, and longer than the queue they came from",
    violations: (graph) => [
      ...failureQueues(graph).filter(
        (name) => queues(graph).find((it) => it.name === name)?.messageRetentionSeconds !== 14 * day,
      ),
      ...queues(graph)
        .filter(({ redrivePolicy, messageRetentionSeconds }) => redrivePolicy && messageRetentionSeconds >= 14 * day)
        .map(({ name }) => name),
    ],
  },
  {
    name: "a dead-letter queue takes messages from its own source alone, and may be redriven to it",
    violations: (graph) =>
      queues(graph).flatMap(({ name, redrivePolicy }) => {
        if (redrivePolicy === undefined) return [];
        const target = nameIn(redrivePolicy.deadLetterTargetArn);
        const allowed = graph
          .all("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy")
          .find(({ queueUrl }) => nameIn(queueUrl) === target)?.redriveAllowPolicy;
        const own = allowed?.redrivePermission === "byQueue" && allowed.sourceQueueArns.map(nameIn).join() === name;
        return own ? [] : [target];
      }),
  },
  {
    name: "both mappings report failed records one by one",
    violations: (graph) =>
      mappings(graph)
        .filter(({ functionResponseTypes }) => !functionResponseTypes.includes("ReportBatchItemFailures"))
        .map(({ functionName }) => nameIn(functionName)),
  },
  {
    name: "a queue mapping has a maximum concurrency, or a maximum of pollers",
    violations: (graph) =>
      queueMappings(graph)
        .filter(({ scalingConfig, provisionedPollerConfig }) => scalingConfig === undefined && !provisionedPollerConfig)
        .map(({ functionName }) => nameIn(functionName)),
  },
  {
    name: "a stream is read from its oldest record",
    violations: (graph) =>
      streamMappings(graph)
        .filter(({ startingPosition }) => startingPosition !== "TRIM_HORIZON")
        .map(({ functionName }) => nameIn(functionName)),
  },
  {
    name: "a failing stream batch is halved, retried a limited number of times, and given up within the stream's 24 hours",
    violations: (graph) =>
      streamMappings(graph)
        .filter(
          ({ bisectBatchOnFunctionError, maximumRetryAttempts, maximumRecordAgeInSeconds }) =>
            !bisectBatchOnFunctionError ||
            maximumRetryAttempts < 1 ||
            maximumRetryAttempts > 100 ||
            maximumRecordAgeInSeconds < 60 ||
            maximumRecordAgeInSeconds >= day,
        )
        .map(({ functionName }) => nameIn(functionName)),
  },
  {
    name: "a stream batch that is given up is kept whole, in a bucket",
    violations: (graph) =>
      streamMappings(graph)
        .filter(({ destinationConfig }) => {
          const target = destinationConfig?.onFailure?.destinationArn;
          return (
            target === undefined ||
            !graph.all("aws:s3/bucket:Bucket").some(({ bucket }) => target === `arn:aws:s3:::${bucket}`)
          );
        })
        .map(({ functionName }) => nameIn(functionName)),
  },
  {
    name: "an asynchronous invocation is retried, and ends in a queue of failures",
    violations: (graph) =>
      graph
        .all("aws:s3/bucketNotification:BucketNotification")
        .flatMap(({ lambdaFunctions }) => lambdaFunctions.map(({ lambdaFunctionArn }) => nameIn(lambdaFunctionArn)))
        .filter((name) => {
          const config = invokeConfigs(graph).find(({ functionName }) => functionName === name);
          const target = config?.destinationConfig?.onFailure?.destination;
          return (
            target === undefined ||
            queueOf(graph, target) === undefined ||
            config?.maximumRetryAttempts !== 2 ||
            config.maximumEventAgeInSeconds === undefined
          );
        }),
  },
];
