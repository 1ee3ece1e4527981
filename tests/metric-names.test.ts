import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatStatus } from "@doorbell/cli/local/status";
import graph from "@doorbell/infra/graph.production.json" with { type: "json" };
import { metrics as auditMetrics } from "@doorbell/change-audit/metrics";
import { METRIC_DIMENSIONS } from "@doorbell/logger/metrics";
import { metrics as orderMetrics } from "@doorbell/order-queue/metrics";
import { metrics as uploadMetrics } from "@doorbell/upload-ingest/metrics";
import * as v from "valibot";
import { expect, it } from "vitest";
import { root } from "./support/running-cloud.ts";

const metricSchema = v.object({
  namespace: v.literal(orderMetrics.namespace),
  metricName: v.string(),
  dimensions: v.record(v.string(), v.string()),
});

/** Every metric of the services' own in the alarms, however deep it stands. */
function metricsIn(value: unknown): v.InferOutput<typeof metricSchema>[] {
  if (typeof value !== "object" || value === null) return [];
  const metric = v.safeParse(metricSchema, value);
  return [...(metric.success ? [metric.output] : []), ...Object.values(value).flatMap(metricsIn)];
}

const watched = metricsIn(graph.resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm"));

it("the alarms watch counters that the services write, by the dimensions that they write", () => {
  const names = [...new Set(watched.map(({ metricName }) => metricName))].toSorted();
  expect(names).toEqual([
    "CancellationsMatched",
    "CancellationsWaiting",
    "EventAge",
    "Parked",
    "Records",
    "Rejected",
    "RejectedLines",
    "Retried",
  ]);
  const services = [auditMetrics, orderMetrics, uploadMetrics];
  const counts = services.flatMap((metrics): readonly string[] => [...metrics.counts, ...metrics.measures]);
  expect(names.filter((name) => !counts.includes(name))).toEqual([]);
  expect(new Set(services.map(({ namespace }) => namespace)).size).toBe(1);
  for (const { dimensions } of watched)
    expect(Object.keys(dimensions).toSorted()).toEqual(METRIC_DIMENSIONS.toSorted());
});

it("doorbell status shows them under the same names, and docs/operations.md knows each", () => {
  const counted = { unit: "Count", samples: 1, sum: 7, maximum: 7 };
  const metrics = watched.map(({ metricName: name, ...metric }) => ({ ...metric, name, ...counted }));
  const shown = formatStatus({
    queues: [],
    topics: [],
    functions: [],
    mappings: [],
    web: [],
    buses: [],
    schedules: [],
    metrics,
  });
  for (const { name } of metrics) expect(shown).toMatch(new RegExp(`^${name} .*7`, "m"));
  const alarms = readFileSync(join(root, "docs/operations.md"), "utf8");
  for (const { name } of metrics) expect(alarms).toContain(`\`${name}\``);
});
