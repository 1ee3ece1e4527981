import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { CommandError } from "../command-error.ts";

/** Buckets, queues and tables that a sample's events can come from: the ones that the graph has call a function. */
export interface SampleSource {
  readonly bucket?: SourceBucket;
  readonly queueArn?: string;
  readonly table?: Graph["tables"][number];
}

/** A bucket, and which of its objects it tells of. */
export interface SourceBucket {
  readonly name: string;
  readonly notifies: (key: string) => boolean;
}

interface Candidate<Value> {
  readonly component: string;
  readonly value: Value;
}

/**
 * Where a sample of this name comes from. Of several buckets, queues or tables that would do, `of` names the component; one that the
 * sample is not about is left out where there are several.
 *
 * @throws {CommandError} several would do and none is named, or none has that name
 */
export function sampleSource(graph: Graph, name: string, of?: string): SampleSource {
  const about = aboutOf(name);
  const candidates = { bucket: bucketsFor(graph, name), queue: queuesFor(graph, name), table: tablesOf(graph) };
  const all = Object.values(candidates).flat();
  if (of !== undefined && !all.some(({ component }) => component === of))
    throw new CommandError(
      `no function is called by a bucket, queue or table ${of}; by ${listed(all)}, for a sample of ${name}.`,
    );
  const pick = <Value>(kind: keyof typeof candidates, from: readonly Candidate<Value>[]): Value | undefined => {
    const named = of === undefined ? from : from.filter(({ component }) => component === of);
    const [only, ...others] = named;
    if (others.length === 0) return only?.value;
    if (kind !== about) return undefined;
    throw new CommandError(`a ${kind} that calls a function may be ${listed(from)}: say which with --of.`);
  };
  const bucket = pick("bucket", candidates.bucket);
  const queueArn = pick("queue", candidates.queue);
  const table = pick("table", candidates.table);
  return {
    ...(bucket !== undefined && { bucket }),
    ...(queueArn !== undefined && { queueArn }),
    ...(table !== undefined && { table }),
  };
}

function aboutOf(name: string): "bucket" | "queue" | "table" | undefined {
  if (name.startsWith("s3")) return "bucket";
  if (name.startsWith("sqs")) return "queue";
  return name === "dynamodb" ? "table" : undefined;
}

function listed(candidates: readonly { readonly component: string }[]): string {
  return candidates.map(({ component }) => component).join(", ") || "none";
}

/** Those that send their events the sample's way; all that send any, where there is none. */
function bucketsFor(graph: Graph, name: string): readonly Candidate<SourceBucket>[] {
  const { buckets, bucketsOnBus } = graph;
  const way = /^s3-(sqs|sns)/.exec(name)?.[1] ?? "lambda";
  const onWay = graph.notifications.filter(({ targetArn }) => targetArn.includes(`:${way}:`));
  const isOnBus = name === "s3-eventbridge" && bucketsOnBus.length > 0;
  const told = onWay.length > 0 ? onWay : graph.notifications;
  const names = new Set(isOnBus ? bucketsOnBus : told.map(({ bucket }) => bucket));
  return [...names].map((bucket) => {
    const rules = told.filter((rule) => rule.bucket === bucket);
    const notifies = (key: string) =>
      isOnBus || rules.some(({ prefix, suffix }) => key.startsWith(prefix) && key.endsWith(suffix));
    const component = buckets.find((each) => each.name === bucket)?.component ?? bucket;
    return { component, value: { name: bucket, notifies } };
  });
}

function queuesFor(graph: Graph, name: string): readonly Candidate<string>[] {
  const arns = [...new Set(graph.mappings.filter(({ kind }) => kind === "sqs").map((each) => each.eventSourceArn))];
  const ofKind = arns.filter((arn) => arn.endsWith(".fifo") === (name === "sqs-fifo"));
  return (ofKind.length > 0 ? ofKind : arns).map((arn) => ({
    component: graph.queues.find((queue) => queue.arn === arn)?.component ?? arn,
    value: arn,
  }));
}

function tablesOf({ mappings, tables }: Graph): readonly Candidate<Graph["tables"][number]>[] {
  return tables
    .filter(({ name }) => mappings.some((mapping) => mapping.kind === "dynamodb" && mapping.tableName === name))
    .map((table) => ({ component: table.component, value: table }));
}
