import * as v from "valibot";
import { findCloud } from "../running-cloud.ts";
import { shortFunctionName } from "./function-name.ts";
import { formatCount, formatTable } from "../table.ts";

const count = v.number();
const statusSchema = v.object({
  queues: v.array(v.object({ name: v.string(), visible: count, inFlight: count, delayed: count })),
  topics: v.array(v.object({ name: v.string(), subscriptions: count })),
  buses: v.optional(v.array(v.object({ name: v.string(), rules: count })), []),
  schedules: v.optional(
    v.array(v.object({ component: v.string(), expression: v.string(), next: v.optional(v.string()) })),
    [],
  ),
  functions: v.array(
    v.object({
      function: v.string(),
      invocations: count,
      errors: count,
      throttles: count,
      environments: count,
      running: count,
      asyncQueued: count,
    }),
  ),
  mappings: v.array(
    v.object({
      source: v.string(),
      target: v.string(),
      kind: v.picklist(["sqs", "dynamodb", "s3", "sns", "rule", "schedule"]),
      state: v.optional(v.string()),
      problem: v.optional(v.string()),
      batches: count,
      records: count,
      retries: count,
      failures: count,
      iteratorAgeMs: v.optional(count),
    }),
  ),
  web: v.optional(v.array(v.object({ url: v.string(), component: v.string(), requests: count, failures: count })), []),
  dynamodb: v.optional(v.object({ restarts: count, problem: v.optional(v.string()) })),
  metrics: v.array(
    v.object({
      namespace: v.string(),
      dimensions: v.record(v.string(), v.string()),
      name: v.string(),
      unit: v.string(),
      samples: count,
      sum: count,
      maximum: count,
    }),
  ),
});
type Status = v.InferOutput<typeof statusSchema>;

/**
 * `doorbell status`: depths of the queues, the topics, event buses and schedules, what each function and event source has
 * done and what stands in its way, how far behind the stream is, and what the services counted in their metrics.
 */
export async function status(options: { readonly port?: number; readonly json?: boolean }): Promise<void> {
  const answer = await findCloud(options).read("/_doorbell/status");
  process.stdout.write(
    options.json ? `${JSON.stringify(answer, null, 2)}\n` : formatStatus(v.parse(statusSchema, answer)),
  );
}

/** The status as tables. */
export function formatStatus({
  queues,
  topics,
  buses,
  schedules,
  functions,
  mappings,
  web,
  metrics,
  dynamodb,
}: Status): string {
  const names = functions.map((each) => each.function);
  const short = (name: string): string => shortFunctionName(name, names);
  const tables = [
    formatTable(
      ["queue", "visible", "in flight", "delayed"],
      queues.map((queue) => [queue.name, ...[queue.visible, queue.inFlight, queue.delayed].map(formatCount)]),
    ),
    ...(topics.length === 0
      ? []
      : [
          formatTable(
            ["topic", "subscriptions"],
            topics.map((each) => [each.name, formatCount(each.subscriptions)]),
          ),
        ]),
    ...(buses.every(({ rules }) => rules === 0)
      ? []
      : [
          formatTable(
            ["event bus", "rules"],
            buses.map((each) => [each.name, formatCount(each.rules)]),
          ),
        ]),
    ...(schedules.length === 0
      ? []
      : [
          formatTable(
            ["schedule", "expression", "next"],
            schedules.map((each) => [each.component, each.expression, each.next ?? "never"]),
          ),
        ]),
    formatTable(
      ["function", "invocations", "errors", "throttles", "environments", "running", "async queued"],
      functions.map((each) => [
        short(each.function),
        ...[each.invocations, each.errors, each.throttles, each.environments, each.running, each.asyncQueued].map(
          formatCount,
        ),
      ]),
    ),
    formatTable(
      ["event source", "target", "state", "batches", "records", "retries", "failures", "iterator age"],
      mappings.map((each) => [
        withoutArn(each.source),
        short(withoutArn(each.target)),
        each.state?.toLowerCase() ?? "",
        ...[each.batches, each.records, each.retries, each.failures].map(formatCount),
        each.iteratorAgeMs === undefined ? "" : `${formatCount(each.iteratorAgeMs)} ms`,
      ]),
    ),
    ...(web.length === 0
      ? []
      : [
          formatTable(
            ["URL or API", "address", "requests", "failures"],
            web.map((each) => [each.component, each.url, ...[each.requests, each.failures].map(formatCount)]),
          ),
        ]),
    ...mappings.flatMap(({ problem }) => problem ?? []),
    ...dynamodbLines(dynamodb),
    ...metricsTable(metrics),
  ];
  return `${tables.join("\n\n")}\n`;
}

/** The name of a queue, topic, rule or stream. */
const withoutArn = (arn: string): string => arn.replace(/^arn:aws:[a-z0-9]+:[a-z0-9-]*:\d*:/, "");

/** What is wrong with DynamoDB Local, or was. */
function dynamodbLines(dynamodb: Status["dynamodb"]): string[] {
  if (dynamodb?.problem !== undefined) return [`Not idle: ${dynamodb.problem}`];
  if (dynamodb === undefined || dynamodb.restarts === 0) return [];
  return [`DynamoDB Local ended by itself and was started again; restarts: ${formatCount(dynamodb.restarts)}.`];
}

/** A row a metric, a column a service: sums of counts, and of measures the largest value. */
function metricsTable(metrics: Status["metrics"]): string[] {
  if (metrics.length === 0) return [];
  const isMeasure = (name: string) => metrics.some((metric) => metric.name === name && metric.unit === "Milliseconds");
  const all = [...new Set(metrics.map(({ name }) => name))].toSorted();
  const names = [...all.filter((name) => !isMeasure(name)), ...all.filter(isMeasure)];
  const services = [...new Set(metrics.map(({ dimensions }) => dimensions["service"] ?? ""))].toSorted();
  const cell = (service: string, name: string): string => {
    const metric = metrics.find((each) => each.dimensions["service"] === service && each.name === name);
    if (metric === undefined) return "";
    return metric.unit === "Milliseconds" ? `${formatCount(metric.maximum)} ms` : formatCount(metric.sum);
  };
  return [
    formatTable(
      ["metric", ...services],
      names.map((name) => [
        isMeasure(name) ? `${name} (largest)` : name,
        ...services.map((service) => cell(service, name)),
      ]),
    ),
  ];
}
