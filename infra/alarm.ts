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

/** A metric, and the figure of it at which an alarm rings. */
export interface AlarmArgs {
  /** What has happened, as a sentence for somebody who was asleep. */
  readonly says: string;
  readonly metric: Metric;
  /** Taken off the metric, where given. */
  readonly minus?: Metric;
  readonly statistic: "Maximum" | "Sum";
  /** Rings at this value and above. */
  readonly atLeast: $util.Input<number>;
  /** Length of a period: 1 minute by default, the finest that the metrics have. */
  readonly minutes?: number;
  /** So many periods in a row; 1 by default. */
  readonly periods?: number;
}

/**
 * A CloudWatch alarm `<app>-<stage>-<service>-<kind>`. What to do when it rings stands under the name of its kind in
 * docs/operations.md. It tells the topic when it rings and when it is over. No data is no alarm: idle queues and functions report
 * none. An alarm costs money and wakes somebody, so a stage that comes and goes has none.
 */
export function alarm(service: ServiceName, kind: string, args: AlarmArgs): void {
  if (alarmTopic === undefined) return;
  const set = new aws.cloudwatch.MetricAlarm(`${service}-${kind}`, {
    name: `${$app.name}-${$app.stage}-${service}-${kind}`,
    alarmDescription: `${args.says} What to do: docs/operations.md#${kind}`,
    ...(args.minus === undefined ? plain(args) : difference(args, args.minus)),
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: args.atLeast,
    evaluationPeriods: args.periods ?? 1,
    treatMissingData: "notBreaching",
    alarmActions: [alarmTopic.arn],
    okActions: [alarmTopic.arn],
  });
  alarms.set(service, [...(alarms.get(service) ?? []), set]);
}

/** What CloudWatch calls a period, in seconds. */
const period = ({ minutes = 1 }: AlarmArgs) => 60 * minutes;

function plain(args: AlarmArgs) {
  const { namespace, name, dimensions } = args.metric;
  return {
    namespace,
    metricName: name,
    ...(dimensions && { dimensions }),
    statistic: args.statistic,
    period: period(args),
  };
}

function difference(args: AlarmArgs, minus: Metric) {
  const query = (id: string, { namespace, name, dimensions = {} }: Metric) => ({
    id,
    metric: { namespace, metricName: name, dimensions, stat: args.statistic, period: period(args) },
  });
  return {
    metricQueries: [
      query("all", args.metric),
      query("less", minus),
      { id: "rest", expression: "FILL(all, 0) - FILL(less, 0)", returnData: true },
    ],
  };
}
