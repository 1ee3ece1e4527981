import { describe, expect, test } from "vitest";
import { type Figure, isRinging } from "./alarm-state.ts";
import type { MetricAlarm } from "./graph-view.ts";

const alarm: MetricAlarm = {
  name: "x",
  alarmDescription: "",
  namespace: "N",
  metricName: "M",
  dimensions: { a: "1" },
  metricQueries: [],
  statistic: "Sum",
  comparisonOperator: "GreaterThanOrEqualToThreshold",
  threshold: 5,
  period: 60,
  evaluationPeriods: 1,
  treatMissingData: "notBreaching",
  actionsEnabled: true,
  alarmActions: [],
};
const figures = (...values: (number | undefined)[]): Figure[] =>
  values.flatMap((value, minute) =>
    value === undefined ? [] : [{ namespace: "N", name: "M", dimensions: { a: "1" }, minute, value }],
  );
const rings = (over: Partial<MetricAlarm>, ...values: (number | undefined)[]) =>
  isRinging({ ...alarm, ...over }, figures(...values), values.length - 1);

describe("an alarm", () => {
  test("rings at its threshold and above", () => {
    expect([rings({}, 4), rings({}, 5), rings({}, 6)]).toEqual([false, true, true]);
  });

  test("sums up a period, or takes the largest figure of it", () => {
    expect([rings({ period: 180 }, 9, 2, 2, 1), rings({ period: 180 }, 1, 2, 1)]).toEqual([true, false]);
    expect([
      rings({ period: 120, statistic: "Maximum" }, 3, 4),
      rings({ period: 120, statistic: "Maximum" }, 5, 1),
    ]).toEqual([false, true]);
  });

  test("looks at its last periods, and rings where all, or as many as it asks for, are beyond", () => {
    expect([rings({ evaluationPeriods: 3 }, 5, 5, 5), rings({ evaluationPeriods: 3 }, 5, 1, 5)]).toEqual([true, false]);
    const twoOfThree = { evaluationPeriods: 3, datapointsToAlarm: 2 };
    expect([rings(twoOfThree, 5, 1, 5), rings(twoOfThree, 5, 5, 1, 1)]).toEqual([true, false]);
  });

  test("takes a period without figures for what it is told to", () => {
    expect([rings({}, undefined), rings({ treatMissingData: "breaching" }, undefined)]).toEqual([false, true]);
    expect(rings({ comparisonOperator: "LessThanThreshold", threshold: 1 }, 0)).toBe(true);
  });

  test("looks at its own metric alone", () => {
    const other = figures(9).map((figure) => ({ ...figure, dimensions: { a: "2" } }));
    expect(isRinging(alarm, other, 0)).toBe(false);
  });

  test("computes an expression of several metrics, period by period", () => {
    const metric = { namespace: "N", metricName: "M", dimensions: { a: "1" }, period: 60, stat: "Sum" } as const;
    const metricQueries = [
      { id: "m", metric, returnData: false },
      { id: "result", expression: "m / 2", returnData: true },
    ];
    const over = {
      namespace: undefined,
      metricName: undefined,
      period: undefined,
      metricQueries,
      evaluationPeriods: 2,
    };
    expect([rings(over, 10, 12), rings(over, 9, 12)]).toEqual([true, false]);
  });
});
