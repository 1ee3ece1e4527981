import type { FinishedInvocation } from "@doorbell/local-cloud/lambda/finished-invocation";
import type { CloudStatus } from "@doorbell/local-cloud/start-local-cloud";
import type { ConsoleCloud } from "../console-ports.ts";
import type { Figures, NodeFigures, Picture } from "../protocol.ts";
import { shortName } from "../history/invocation-row.ts";
import { webId } from "./picture.ts";

/** Seconds of figures that are kept. */
export const KEPT_SECONDS = 60;

/** Figures of every second, for a minute. */
export interface FiguresLog {
  /** Takes figures now, as the clock does each second. */
  take(): Promise<void>;
  /** The oldest first. */
  readonly kept: readonly Figures[];
  stop(): void;
}

/** Counters that only grow, by node. */
type Totals = ReadonlyMap<string, { readonly done: number; readonly failed: number; readonly throttled: number }>;

/** Takes figures each second and hands them to `tell`. */
export function createFiguresLog(
  {
    cloud,
    picture,
    tell,
  }: { readonly cloud: ConsoleCloud; readonly picture: Picture; readonly tell: (figures: Figures) => void },
  everyMs = 1_000,
): FiguresLog {
  const kept: Figures[] = [];
  const durations = new Map<string, { sum: number; count: number }>();
  const idOf = createIds(picture);
  let before: { readonly at: number; readonly totals: Totals } | undefined;
  let taking = false;

  const unsubscribe = cloud.lambda.onInvocation(({ functionName, durationMs }: FinishedInvocation) => {
    const entry = durations.get(functionName) ?? { sum: 0, count: 0 };
    durations.set(functionName, { sum: entry.sum + durationMs, count: entry.count + 1 });
  });

  async function take(): Promise<void> {
    if (taking) return;
    taking = true;
    try {
      const status = await cloud.status();
      const at = Date.now();
      const totals = totalsOf(status, idOf);
      const seconds = before === undefined ? 1 : Math.max((at - before.at) / 1_000, 0.001);
      const nodes = figuresOf(status, { picture, idOf, totals, before: before?.totals ?? totals, seconds, durations });
      const failures = picture.nodes
        .filter(({ holdsFailures, kind }) => holdsFailures && kind === "queue")
        .reduce((sum, { id }) => sum + (nodes[id]?.depth ?? 0) + (nodes[id]?.inFlight ?? 0), 0);
      const figures = { at, nodes, faults: status.faults ?? {}, failures };
      durations.clear();
      before = { at, totals };
      kept.push(figures);
      if (kept.length > KEPT_SECONDS) kept.shift();
      tell(figures);
    } finally {
      taking = false;
    }
  }
  const timer = setInterval(() => void take().catch(() => {}), everyMs).unref();
  return {
    take,
    kept,
    stop() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

/** The node of what the status names by name or ARN. */
function createIds(picture: Picture): (kind: string, nameOrArn: string) => string | undefined {
  const byName = new Map(picture.nodes.map(({ kind, name, id }) => [`${kind} ${name}`, id]));
  const ids = new Set(picture.nodes.map(({ id }) => id));
  return (kind, nameOrArn) => (ids.has(nameOrArn) ? nameOrArn : byName.get(`${kind} ${shortName(nameOrArn)}`));
}

/** Of an event source's status, the kind of node that it is drawn as. */
const SOURCE_NODES: Readonly<Record<string, string>> = {
  sqs: "queue",
  dynamodb: "table",
  s3: "bucket",
  sns: "topic",
  rule: "rule",
};

function totalsOf(status: CloudStatus, idOf: ReturnType<typeof createIds>): Totals {
  const totals = new Map<string, { done: number; failed: number; throttled: number }>();
  const add = (id: string | undefined, done: number, failed: number, throttled = 0): void => {
    if (id === undefined) return;
    const entry = totals.get(id) ?? { done: 0, failed: 0, throttled: 0 };
    totals.set(id, { done: entry.done + done, failed: entry.failed + failed, throttled: entry.throttled + throttled });
  };
  for (const each of status.functions)
    add(idOf("function", each.function), each.invocations, each.errors, each.throttles);
  for (const { kind, source, records, failures } of status.mappings)
    add(idOf(SOURCE_NODES[kind] ?? kind, source), records, failures);
  for (const web of status.web) add(webId(web), web.requests, web.failures);
  return totals;
}

function figuresOf(
  status: CloudStatus,
  facts: {
    readonly picture: Picture;
    readonly idOf: ReturnType<typeof createIds>;
    readonly totals: Totals;
    readonly before: Totals;
    readonly seconds: number;
    readonly durations: ReadonlyMap<string, { readonly sum: number; readonly count: number }>;
  },
): Record<string, NodeFigures> {
  const { picture, idOf, totals, before, seconds, durations } = facts;
  const rateOf = (id: string, name: "done" | "failed" | "throttled"): number =>
    Math.round((Math.max(0, (totals.get(id)?.[name] ?? 0) - (before.get(id)?.[name] ?? 0)) / seconds) * 10) / 10;
  const more = new Map<string, Partial<NodeFigures>>();
  const put = (id: string | undefined, figures: Partial<NodeFigures>): void => {
    if (id !== undefined) more.set(id, { ...more.get(id), ...figures });
  };
  for (const { arn, visible, delayed, inFlight, oldestAgeMs } of status.queues)
    put(arn, { depth: visible + delayed, inFlight, ...(oldestAgeMs !== undefined && { ageMs: oldestAgeMs }) });
  for (const each of status.functions) {
    const id = idOf("function", each.function);
    const measured = durations.get(each.function);
    put(id, {
      depth: each.asyncQueued,
      running: each.running,
      environments: each.environments,
      ...(id !== undefined && { throttles: rateOf(id, "throttled") }),
      ...(measured !== undefined && { durationMs: Math.round((measured.sum / measured.count) * 10) / 10 }),
    });
  }
  for (const { kind, source, iteratorAgeMs, problem } of status.mappings)
    put(idOf(SOURCE_NODES[kind] ?? kind, source), {
      ...(iteratorAgeMs !== undefined && { ageMs: iteratorAgeMs }),
      ...(problem !== undefined && { problem }),
    });
  if (status.dynamodb?.problem !== undefined)
    for (const { kind, id } of picture.nodes) if (kind === "table") put(id, { problem: status.dynamodb.problem });
  return Object.fromEntries(
    picture.nodes.map(({ id }) => [id, { rate: rateOf(id, "done"), errors: rateOf(id, "failed"), ...more.get(id) }]),
  );
}
