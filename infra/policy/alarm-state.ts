import { isDeepStrictEqual } from "node:util";
import type { MetricAlarm } from "./graph-view.ts";
import { evaluateMath, type Value } from "./metric-math.ts";

/** What identifies a metric. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One figure of a metric, as it was reported in a minute. */
export interface Figure extends MetricName {
  /** Counted from any beginning. */
  readonly minute: number;
  readonly value: number;
}

type Of = Pick<NonNullable<MetricAlarm["metricQueries"][number]["metric"]>, "namespace" | "metricName" | "dimensions">;

function statistic(
  figures: readonly Figure[],
  { namespace, metricName, dimensions }: Of,
  stat: "Maximum" | "Sum",
): Value {
  const values = figures
    .filter(
      (it) => it.namespace === namespace && it.name === metricName && isDeepStrictEqual(it.dimensions, dimensions),
    )
    .map(({ value }) => value);
  if (values.length === 0) return undefined;
  return stat === "Sum" ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
}

/** The length of an alarm's periods, in minutes. */
function periodOf({ period, metricQueries }: MetricAlarm): number {
  return (period ?? metricQueries.find(({ metric }) => metric)?.metric?.period ?? Number.NaN) / 60;
}

/** The alarm's value in one period, of the figures that were reported in it. */
function valueIn(alarm: MetricAlarm, figures: readonly Figure[]): Value {
  const { namespace, metricName, dimensions, statistic: stat, metricQueries } = alarm;
  if (namespace !== undefined && metricName !== undefined && stat !== undefined)
    return statistic(figures, { namespace, metricName, dimensions }, stat);
  const result = metricQueries.find(({ returnData }) => returnData)?.expression;
  if (result === undefined) throw new Error(`${alarm.name} has no metric and no expression`);
  return evaluateMath(result, (id) => {
    const metric = metricQueries.find((query) => query.id === id)?.metric;
    if (metric === undefined) throw new Error(`${alarm.name} has no metric ${id}`);
    return statistic(figures, metric, metric.stat);
  });
}

/**
 * Whether an alarm rings at the end of the minute `now`, by what was reported until then: in so many of the last periods as it asks for, its
 * value is at its threshold or beyond. Periods end at `now`; CloudWatch's begin at full minutes and hours. (AWS page: "Using Amazon
 * CloudWatch alarms", evaluation and missing data.)
 */
export function isRinging(alarm: MetricAlarm, figures: readonly Figure[], now: number): boolean {
  const minutes = periodOf(alarm);
  const breaching = Array.from({ length: alarm.evaluationPeriods }, (_, at) => {
    const end = now - at * minutes;
    const value = valueIn(
      alarm,
      figures.filter(({ minute }) => minute > end - minutes && minute <= end),
    );
    if (value === undefined) return alarm.treatMissingData === "breaching";
    return alarm.comparisonOperator === "LessThanThreshold" ? value < alarm.threshold : value >= alarm.threshold;
  });
  return breaching.filter(Boolean).length >= (alarm.datapointsToAlarm ?? alarm.evaluationPeriods);
}
