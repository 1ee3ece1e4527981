import type { ServiceName } from "./services.ts";

/** Whoever is to be woken subscribes here. Its messages name alarms and figures, no data of a customer. */
export const alarmTopic = $app.protect
  ? new aws.sns.Topic("Alarms", { name: `${$app.name}-${$app.stage}-alarms` })
  : undefined;

/** Every alarm that was set, by its service. */
export const alarms = new Map<string, aws.cloudwatch.MetricAlarm[]>();

/** A CloudWatch metric. */
export interface Metric {
  readonly namespace: $util.Input<string>;
  readonly name: string;
  readonly dimensions?: Record<string, $util.Input<string>>;
}

/** Metrics by short names, and what is made of them. (AWS page: "Using math expressions with CloudWatch metrics".) */
export interface MetricMath {
  readonly expression: string;
  /** By the names that the expression has for them, which begin with a small letter. */
  readonly of: Readonly<Record<string, Metric>>;
}

/** A metric, and the figure of it at which an alarm rings. */
export interface AlarmArgs {
  /** What has happened, as a sentence for somebody who was asleep. */
  readonly says: string;
  readonly metric: Metric | MetricMath;
  readonly statistic: "Maximum" | "Sum";
  /** Rings at this value and above. */
  readonly atLeast: $util.Input<number>;
  /** Rings below that value instead, and where there is no data: about what ought to come and does not. */
  readonly expected?: true;
  /** Length of a period: 1 minute by default, the finest that the metrics have. */
  readonly minutes?: number;
  /** So many periods are looked at; 1 by default. */
  readonly periods?: number;
  /** In so many of them; in all of them by default. */
  readonly breaching?: number;
}

/**
 * A CloudWatch alarm `<app>-<stage>-<service>-<kind>`. What to do when it rings stands under the name of its kind in
 * docs/operations.md. It tells the topic when it rings and when it is over. No data is no alarm, unless it watches for nothing: idle
 * queues and functions report none. An alarm costs money and wakes somebody, so a stage that comes and goes has none.
 */
export function alarm(service: ServiceName, kind: string, args: AlarmArgs): void {
  if (alarmTopic === undefined) return;
  const { metric, atLeast, expected = false, periods = 1, breaching } = args;
  const set = new aws.cloudwatch.MetricAlarm(`${service}-${kind}`, {
    name: `${$app.name}-${$app.stage}-${service}-${kind}`,
    alarmDescription: `${args.says} What to do: docs/operations.md#${kind}`,
    ...("expression" in metric ? math(metric, args) : plain(metric, args)),
    comparisonOperator: expected ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
    threshold: atLeast,
    treatMissingData: expected ? "breaching" : "notBreaching",
    evaluationPeriods: periods,
    ...(breaching !== undefined && { datapointsToAlarm: breaching }),
    alarmActions: [alarmTopic.arn],
    okActions: [alarmTopic.arn],
  });
  alarms.set(service, [...(alarms.get(service) ?? []), set]);
}

/** What CloudWatch calls a period, in seconds. */
const period = ({ minutes = 1 }: AlarmArgs) => 60 * minutes;

function plain({ namespace, name, dimensions }: Metric, args: AlarmArgs) {
  return {
    namespace,
    metricName: name,
    ...(dimensions && { dimensions }),
    statistic: args.statistic,
    period: period(args),
  };
}

function math({ expression, of }: MetricMath, args: AlarmArgs) {
  const queries = Object.entries(of).map(([id, { namespace, name, dimensions = {} }]) => ({
    id,
    metric: { namespace, metricName: name, dimensions, stat: args.statistic, period: period(args) },
  }));
  return { metricQueries: [...queries, { id: "result", expression, returnData: true }] };
}
