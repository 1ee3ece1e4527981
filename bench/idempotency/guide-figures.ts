import { markdownTable, writeFigures } from "../guide.ts";
import { type Goal, goalsOf, type GuideFigures } from "./goals.ts";
import type { Job } from "./samples.ts";

/** Replaces the figures of the guide, between its two marks, by those of this run. */
export function writeGuideFigures(file: URL, figures: GuideFigures): void {
  writeFigures(file, tableOf(figures));
}

function tableOf(figures: GuideFigures): string {
  const { cost, stubAfter4Ms: after4Ms, stubAtOnce: atOnce, dynamoDbLocal: local, bundle, coldStart } = figures;
  const units = (job: Job, kind: string) => {
    const { calls = 0, writeUnits = 0, readUnits = 0 } = cost[job][kind] ?? {};
    return `${calls} / ${writeUnits} / ${readUnits}`;
  };
  const times = (of: { medianMs: number; p99Ms: number } | undefined) => `${of?.medianMs} / ${of?.p99Ms} ms`;
  const kb = (bytes: number) => `${Math.round(bytes / 1_000)} KB`;
  const rows: [string, (job: Job) => string | number | undefined][] = [
    ["10 new orders: calls / write units / read units", (job) => units(job, "new")],
    ["10 duplicates", (job) => units(job, "duplicate")],
    ["10 duplicates whose receive counts say so", (job) => units(job, "redelivered")],
    ["3 duplicates among 10", (job) => units(job, "mixed")],
    ["write units of a million new orders, in dollars", (job) => figures.dollarsPerMillionNewOrders[job]],
    ["one order twice in a batch: records failed", (job) => figures.sameOrderTwiceInABatch.failedRecords[job]],
    ["effects of one order after a crash", (job) => figures.effectsPerOrderAfterACrash[job]],
    ["a batch of new orders, calls of 4 ms: median / p99", (job) => times(after4Ms[job]["new"])],
    ["new orders a second, calls of 4 ms", (job) => after4Ms[job]["new"]?.recordsPerSecond],
    ["a batch of duplicates, calls of 4 ms: median / p99", (job) => times(after4Ms[job]["duplicate"])],
    ["3 duplicates among 10, calls of 4 ms: median / p99", (job) => times(after4Ms[job]["mixed"])],
    ["a batch of new orders, DynamoDB Local: median / p99", (job) => times(local[job]["new"])],
    ["CPU per new order, calls answered at once", (job) => `${atOnce[job]["new"]?.cpuUsPerRecord} µs`],
    ["bundle with / without the AWS SDK", (job) => `${kb(bundle[job].bytes)} / ${kb(bundle[job].bytesWithoutSdk)}`],
    [
      "cold start above an empty handler + first batch",
      (job) => {
        const { initAboveEmptyMs, firstInvocationMs, sumMs } = coldStart[job].plain ?? {};
        return `${initAboveEmptyMs} + ${firstInvocationMs} = ${sumMs} ms`;
      },
    ],
  ];
  const cells = [
    ["", "Doorbell", figures.peer],
    ...rows.map(([label, of]) => [label, of("doorbell"), of("powertools")]),
  ];
  const { cpu = "", cores, node } = figures.machine;
  return `
${markdownTable(cells.map((row) => row.map(String)))}

Against what was aimed at, as ratios of Doorbell to the peer:

${markdownTable([["", "measured", "goal", "reached"], ...goalsOf(figures).map(goalRow)])}

Capacity is computed from item sizes by AWS's rule, dollars by the on-demand price of us-east-1. DynamoDB Local is slow at
the batch statements that AWS is not slow at: its times judge nothing. Measured on ${cpu} (${cores} cores), Node ${node}.

`;
}

function goalRow({ what, measured, goal, isReached }: Goal): string[] {
  return [what, String(measured), goal, isReached ? "yes" : "no"];
}
