import { isDeepStrictEqual } from "node:util";
import { type Figure, isRinging } from "./alarm-state.ts";
import { failureQueues, invokeConfigs, queueMappings, streamMappings } from "./delivery-rules.ts";
import { type GraphView, nameIn } from "./graph-view.ts";
import type { Rule } from "./rule.ts";

const alarms = (graph: GraphView) => graph.all("aws:cloudwatch/metricAlarm:MetricAlarm");
const filters = (graph: GraphView) => graph.all("aws:cloudwatch/logMetricFilter:LogMetricFilter");
const functions = (graph: GraphView) => graph.all("aws:lambda/function:Function");

/** A metric, and between which values of it an alarm has to ring. */
interface Watched {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly from?: number;
  readonly to: number;
}

/** The longest time that an alarm may take to notice, in seconds. */
const SOON = 1800;

/** Whether an alarm rings soon when the metric comes to a value between `from` and `to`. */
function rings(graph: GraphView, { namespace, metric, dimensions = {}, from = 1, to }: Watched): boolean {
  return alarms(graph).some(
    (it) =>
      it.namespace === namespace &&
      it.metricName === metric &&
      isDeepStrictEqual(it.dimensions, dimensions) &&
      it.comparisonOperator === "GreaterThanOrEqualToThreshold" &&
      it.threshold >= from &&
      it.threshold <= to &&
      (it.period ?? Infinity) * it.evaluationPeriods <= SOON,
  );
}

const onFunction = (functionName: string, metric: string, to: number, from = 1): Watched => ({
  namespace: "AWS/Lambda",
  metric,
  dimensions: { FunctionName: functionName },
  from,
  to,
});

const onQueue = (queue: string, metric: string, to: number, from = 1): Watched => ({
  namespace: "AWS/SQS",
  metric,
  dimensions: { QueueName: queue },
  from,
  to,
});

/** What `service` counts in embedded metric format. */
const onService = (graph: GraphView, service: string) => ({
  namespace: "Doorbell",
  dimensions: { service, function: `${graph.app}-${graph.stage}-${service}` },
});

/** A rule that every one of `watched` has an alarm; it breaks by the name that stands before. */
function watches(name: string, watched: (graph: GraphView) => readonly (readonly [string, Watched])[]): Rule {
  return {
    name,
    violations: (graph) =>
      watched(graph)
        .filter(([, metric]) => !rings(graph, metric))
        .map(([resource]) => resource),
  };
}

/** What a service counts in every minute, for half an hour. */
type Counted = Readonly<Record<string, number>>;

const triggeredServices = (graph: GraphView) =>
  [...invokeConfigs(graph), ...queueMappings(graph), ...streamMappings(graph)].map(({ functionName }) =>
    nameIn(functionName).replace(`${graph.app}-${graph.stage}-`, ""),
  );

/** Whether any alarm rings when nothing is known but that a service counts this, in every minute. */
function ringsOf(graph: GraphView, service: string, counted: Counted): boolean {
  const { namespace, dimensions } = onService(graph, service);
  const figures = Array.from({ length: SOON / 60 }, (_, minute) =>
    Object.entries(counted).map(([name, value]): Figure => ({ namespace, dimensions, name, value, minute })),
  ).flat();
  return isHeard(graph, figures);
}

/** Whether any alarm rings for these figures of half an hour that is silent without them. */
function isHeard(graph: GraphView, figures: readonly Figure[]): boolean {
  const now = SOON / 60 - 1;
  return alarms(graph).some((alarm) => isRinging(alarm, figures, now) && !isRinging(alarm, [], now));
}

/** A rule that alarms ring where each service counts the one, and none where it counts the other. */
function tells(name: string, ringing: Counted, silent: Counted): Rule {
  return {
    name,
    violations: (graph) =>
      triggeredServices(graph).filter(
        (service) => !ringsOf(graph, service, ringing) || ringsOf(graph, service, silent),
      ),
  };
}

/** Nothing fails unseen: what has to hold of a stage that somebody watches. */
export const alarmRules: readonly Rule[] = [
  watches("a queue of failures rings at its first message", (graph) =>
    failureQueues(graph).map((name) => [name, onQueue(name, "ApproximateNumberOfMessagesVisible", 1)]),
  ),
  watches("a queue that feeds a function rings when a message has waited for minutes", (graph) =>
    queueMappings(graph)
      .map(({ eventSourceArn }) => nameIn(eventSourceArn))
      .map((name) => [name, onQueue(name, "ApproximateAgeOfOldestMessage", 3600, 60)]),
  ),
  watches("a stream that feeds a function rings long before it forgets", (graph) =>
    streamMappings(graph)
      .map(({ functionName }) => nameIn(functionName))
      .map((name) => [name, onFunction(name, "IteratorAge", 3_600_000, 60_000)]),
  ),
  tells(
    "a service rings when everything that it is given is retried",
    { Records: 2, Retried: 2 },
    { Records: 200, Retried: 1 },
  ),
  tells(
    "a service rings when much of what it is given is retried",
    { Records: 100, Retried: 40 },
    { Records: 100, Retried: 2 },
  ),
  tells(
    "a service rings when much of what it is given can never succeed",
    { Records: 100, Rejected: 30 },
    { Records: 200, Rejected: 1 },
  ),
  watches("a queue's service rings when what it is given is old", (graph) =>
    queueMappings(graph)
      .map(({ functionName }) => nameIn(functionName).replace(`${graph.app}-${graph.stage}-`, ""))
      .map((service) => [service, { ...onService(graph, service), metric: "EventAge", from: 60_000, to: 3_600_000 }]),
  ),
  watches("a function rings when an asynchronous event is given up", (graph) =>
    invokeConfigs(graph).map(({ functionName }) => [
      functionName,
      onFunction(nameIn(functionName), "AsyncEventsDropped", 1),
    ]),
  ),
  watches("a function rings when an asynchronous event has waited for minutes", (graph) =>
    invokeConfigs(graph).map(({ functionName }) => [
      functionName,
      onFunction(nameIn(functionName), "AsyncEventAge", 3_600_000, 60_000),
    ]),
  ),
  {
    name: "throttles of a table ring",
    violations: (graph) =>
      graph
        .all("aws:dynamodb/table:Table")
        .map(({ name }) => name)
        .filter((table) => {
          const figures = Array.from({ length: SOON / 60 }, (_, minute): Figure => {
            const dimensions = { TableName: table };
            return { namespace: "AWS/DynamoDB", name: "WriteThrottleEvents", dimensions, minute, value: 1 };
          });
          return !isHeard(graph, figures);
        }),
  },
  {
    name: "production rings where no upload has come for a day",
    violations: (graph) => {
      const { namespace, dimensions } = onService(graph, "upload-ingest");
      const lately: Figure = { namespace, dimensions, name: "Records", minute: -600, value: 1 };
      const [quiet, well] = [[], [lately]].map((figures) =>
        alarms(graph).some((alarm) => alarm.comparisonOperator === "LessThanThreshold" && isRinging(alarm, figures, 0)),
      );
      return graph.stage !== "production" || (quiet && !well) ? [] : ["upload-ingest"];
    },
  },
  watches("a function rings when it crashes again and again", (graph) =>
    functions(graph).map(({ name }) => [name, onFunction(name, "Errors", 20)]),
  ),
  watches("a function rings when it is throttled", (graph) =>
    functions(graph).map(({ name }) => [name, onFunction(name, "Throttles", 10)]),
  ),
  watches("a function rings before it reaches its timeout", (graph) =>
    functions(graph).map(({ name, timeout }) => [name, onFunction(name, "Duration", timeout * 950, timeout * 500)]),
  ),
  watches("a failure destination that takes nothing rings", (graph) =>
    [...invokeConfigs(graph), ...streamMappings(graph)]
      .map(({ functionName }) => nameIn(functionName))
      .map((name) => [name, onFunction(name, "DestinationDeliveryFailures", 1)]),
  ),
  {
    name: "a stream batch that is given up is counted, and rings",
    violations: (graph) =>
      graph.resources
        .filter(({ type, inputs }) => type.endsWith(":EventSourceMapping") && "destinationConfig" in inputs)
        .filter(({ name, inputs }) => {
          const dimensions = { EventSourceMappingUUID: name };
          const metric = "OnFailureDestinationDeliveredEventCount";
          return (
            !isDeepStrictEqual(inputs["metricsConfig"], { metrics: ["EventCount"] }) ||
            !rings(graph, { namespace: "AWS/Lambda", metric, dimensions, to: 1 })
          );
        })
        .map(({ name }) => name),
  },
  watches("a change that can never be handled rings", (graph) =>
    streamMappings(graph)
      .map(({ functionName }) => nameIn(functionName).replace(`${graph.app}-${graph.stage}-`, ""))
      .map((service) => [service, { ...onService(graph, service), metric: "Parked", to: 1 }]),
  ),
  watches("rejected lines ring", (graph) => [
    ["upload-ingest", { ...onService(graph, "upload-ingest"), metric: "RejectedLines", to: 1 }],
  ]),
  {
    name: "cancellations that wait for their order ring, those whose order came do not",
    violations: (graph) => {
      const service = onService(graph, "order-queue");
      const counted = alarms(graph)
        .filter(
          ({ threshold, comparisonOperator }) => threshold === 1 && comparisonOperator.startsWith("GreaterThanOr"),
        )
        .map(({ metricQueries }) => metricQueries.flatMap(({ metric }) => metric ?? []))
        .filter((metrics) => metrics.every((it) => isDeepStrictEqual(it.dimensions, service.dimensions)))
        .map((metrics) => metrics.map(({ metricName }) => metricName).join(" - "));
      return counted.includes("CancellationsWaiting - CancellationsMatched") ? [] : ["order-queue"];
    },
  },
  {
    name: "refused uploads are counted from the log, and ring",
    violations: (graph) => {
      const metric = "RefusedUploads";
      const filter = filters(graph).find(({ metricTransformation }) => metricTransformation.name === metric);
      const isOwnLog = functions(graph).some(({ loggingConfig }) => loggingConfig.logGroup === filter?.logGroupName);
      const namespace = filter?.metricTransformation.namespace ?? "";
      return isOwnLog && rings(graph, { namespace, metric, to: 1 }) ? [] : [metric];
    },
  },
  {
    name: "a metric filter matches the stable code of a line, not its prose",
    violations: (graph) =>
      filters(graph)
        .filter(({ pattern }) => !/^\{ \$\.event = "[a-z.-]+"[^]*\}$/.test(pattern) || pattern.includes("$.message"))
        .map(({ metricTransformation }) => metricTransformation.name),
  },
  {
    name: "every alarm tells somebody, and is silent where nothing happens, unless it is about that",
    violations: (graph) => {
      const topics = graph.all("aws:sns/topic:Topic").map(({ name }) => name);
      return alarms(graph)
        .filter(
          ({ alarmActions, actionsEnabled, treatMissingData, comparisonOperator }) =>
            !actionsEnabled ||
            (treatMissingData !== "notBreaching" && comparisonOperator !== "LessThanThreshold") ||
            !alarmActions.some((arn) => topics.includes(nameIn(arn))),
        )
        .map(({ name }) => name);
    },
  },
  {
    name: "the dashboard shows every alarm",
    violations: (graph) => {
      const shown = JSON.stringify(graph.all("aws:cloudwatch/dashboard:Dashboard"));
      return alarms(graph)
        .filter(({ name }) => !shown.includes(`:alarm:${name}"`))
        .map(({ name }) => name);
    },
  },
];
