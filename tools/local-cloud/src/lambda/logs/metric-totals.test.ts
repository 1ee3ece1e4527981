import { expect, test } from "vitest";
import { createMetricTotals, MAX_SERIES } from "./metric-totals.ts";

function line(values: Record<string, unknown>, { dimensions = [["service"]], service = "order-queue" } = {}): string {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: "Count" }));
  const _aws = { Timestamp: 1, CloudWatchMetrics: [{ Namespace: "Doorbell", Dimensions: dimensions, Metrics }] };
  return JSON.stringify({ _aws, service, ...values });
}

test("values add up over lines, for each set of dimensions", () => {
  const metrics = createMetricTotals();
  metrics.read(line({ Records: 10, Age: [5, 7] }));
  metrics.read(line({ Records: 4 }));
  metrics.read(line({ Records: 1 }, { service: "change-audit" }));
  const common = { namespace: "Doorbell", unit: "Count", dimensions: { service: "order-queue" } };
  expect(metrics.totals()).toEqual([
    { ...common, name: "Records", samples: 2, sum: 14, maximum: 10 },
    { ...common, name: "Age", samples: 2, sum: 12, maximum: 7 },
    { ...common, dimensions: { service: "change-audit" }, name: "Records", samples: 1, sum: 1, maximum: 1 },
  ]);
});

test("a metric may have no dimension, or several sets of them", () => {
  const metrics = createMetricTotals();
  metrics.read(line({ Records: 1 }, { dimensions: [] }));
  metrics.read(line({ Records: 1 }, { dimensions: [[], ["service"]] }));
  expect(metrics.totals().map(({ dimensions, sum }) => [dimensions, sum])).toEqual([
    [{}, 2],
    [{ service: "order-queue" }, 1],
  ]);
});

test.each([
  "START RequestId: 1",
  '{"_aws":',
  '{"_aws":{}}',
  '{"_aws":{"CloudWatchMetrics":[{"Namespace":"x","Dimensions":[],"Metrics":[{"Name":"absent"}]}]}}',
  line({ Records: "ten" }),
])("a line that tells no metric is passed over: %s", (text) => {
  const metrics = createMetricTotals();
  metrics.read(text);
  expect(metrics.totals()).toEqual([]);
});

test("series are bounded", () => {
  const metrics = createMetricTotals();
  for (let at = 0; at < MAX_SERIES + 5; at += 1) metrics.read(line({ Records: 1 }, { service: `s${at}` }));
  expect(metrics.totals()).toHaveLength(MAX_SERIES);
});
