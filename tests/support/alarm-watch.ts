import graph from "@doorbell/infra/graph.json" with { type: "json" };
import production from "@doorbell/infra/graph.production.json" with { type: "json" };
import { type Figure, isRinging, type MetricName } from "@doorbell/infra/policy/alarm-state";
import { viewGraph } from "@doorbell/infra/policy/graph-view";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import * as v from "valibot";

const alarms = viewGraph(production).all("aws:cloudwatch/metricAlarm:MetricAlarm");
const alarmPrefix = `${production.app}-${production.stage}-`;

/** Every alarm of production, without app and stage. */
export const alarmNames = alarms.map(({ name }) => name.slice(alarmPrefix.length)).toSorted();

const documentSchema = v.looseObject({
  _aws: v.object({
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: v.string(),
        Dimensions: v.array(v.array(v.string())),
        Metrics: v.array(v.object({ Name: v.string() })),
      }),
    ),
  }),
});

/** The figures that AWS would have of a running local cloud, minute by minute, and what production's alarms make of them. */
export interface AlarmWatch {
  /** Forgets all figures so far: another history begins. */
  begin(): void;
  /**
   * Takes what has come out since the last call as the figures of one minute. `report` adds what the cloud does not count itself. The
   * next ones come `minutes` later.
   */
  pass(minutes?: number, ...report: readonly Reported[]): Promise<void>;
  /** One minute of these figures alone. */
  report(...report: readonly Reported[]): void;
  /** The alarms that ring now, as in {@link alarmNames}. */
  ringing(): readonly string[];
  stop(): void;
}

/** A figure that a test has read off what happened; names of the local stage stand for those of production. */
export type Reported = MetricName & { readonly value: number };

/** How much longer things take on AWS than in this local cloud. */
export interface TimeScales {
  /** Ages of messages, changes and events. */
  readonly ages: number;
  /** Durations of a function's invocations: its time limit on AWS against that here. */
  readonly durations: (functionName: string) => number;
}

/** Watches a cloud from now on. */
export function watchAlarms(cloud: LocalCloud, scales: TimeScales): AlarmWatch {
  let figures: Figure[] = [];
  let pending: Reported[] = [];
  let now = 0;
  const lambda = (functionName: string, name: string, value: number): Reported => ({
    namespace: "AWS/Lambda",
    name,
    dimensions: { FunctionName: functionName },
    value,
  });
  const stopLog = cloud.lambda.onLog(({ line }) => pending.push(...embeddedMetrics(line, scales.ages)));
  const stopInvocations = cloud.lambda.onInvocation(({ functionName, durationMs, outcome }) => {
    pending.push(lambda(functionName, "Duration", durationMs * scales.durations(functionName)));
    if (outcome !== "answered") pending.push(lambda(functionName, "Errors", 1));
  });
  let throttles = new Map<string, number>();
  let givenUp = new Map<string, number>();

  /** What is a state, and not an event. */
  async function states(): Promise<Reported[]> {
    const { queues, functions, mappings } = await cloud.status();
    const throttled = functions.map((each) => {
      const value = each.throttles - (throttles.get(each.function) ?? 0);
      return lambda(each.function, "Throttles", value);
    });
    throttles = new Map(functions.map((each) => [each.function, each.throttles]));
    const streams = mappings.filter(({ kind }) => kind === "dynamodb");
    const discarded = streams.map(({ uuid, discarded: value }) => ({
      namespace: "AWS/Lambda",
      name: "OnFailureDestinationDeliveredEventCount",
      dimensions: { EventSourceMappingUUID: streamMapping?.name ?? "" },
      value: value - (givenUp.get(uuid) ?? 0),
    }));
    givenUp = new Map(streams.map(({ uuid, discarded: value }) => [uuid, value]));
    return [
      ...queues.map(({ name, visible }) => ({
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: name },
        value: visible,
      })),
      ...streams.map(({ target: name, iteratorAgeMs = 0 }) => lambda(name, "IteratorAge", iteratorAgeMs * scales.ages)),
      ...[...throttled, ...discarded].filter(({ value }) => value > 0),
    ];
  }

  const take = (reported: readonly Reported[], minutes: number): void => {
    figures.push(...reported.map((figure) => ({ ...inProduction(figure), minute: now })));
    now += minutes;
  };
  return {
    begin() {
      figures = [];
      pending = [];
    },
    async pass(minutes = 1, ...report) {
      const given = pending;
      pending = [];
      take([...given, ...(await states()), ...report], minutes);
    },
    report: (...report) => take(report, 1),
    ringing: () =>
      alarms
        .filter((alarm) => isRinging(alarm, figures, now - 1))
        .map(({ name }) => name.slice(alarmPrefix.length))
        .toSorted(),
    stop() {
      stopLog();
      stopInvocations();
    },
  };
}

/** The one mapping of a stream, by the name that the graph has for it; the local cloud has ids. */
const streamMapping = graph.resources.find(
  ({ type, inputs }) => type.endsWith(":EventSourceMapping") && "startingPosition" in inputs,
);

function inProduction(figure: Reported): Reported {
  const text = JSON.stringify(figure.dimensions).replaceAll(`${graph.app}-${graph.stage}-`, alarmPrefix);
  return {
    ...figure,
    namespace: figure.namespace.replace(`${graph.app}/${graph.stage}`, `${production.app}/${production.stage}`),
    dimensions: v.parse(v.record(v.string(), v.string()), JSON.parse(text)),
  };
}

/** What CloudWatch reads off a line in embedded metric format. */
function embeddedMetrics(line: string, ages: number): Reported[] {
  if (!line.includes('"_aws"')) return [];
  const document: Readonly<Record<string, unknown>> & v.InferOutput<typeof documentSchema> = v.parse(
    documentSchema,
    JSON.parse(line),
  );
  return document._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions: [names = []], Metrics }) =>
    Metrics.map(({ Name }) => ({
      namespace: Namespace,
      name: Name,
      dimensions: Object.fromEntries(names.map((name) => [name, String(document[name])])),
      value: Number(document[Name]) * (Name === "EventAge" ? ages : 1),
    })),
  );
}
