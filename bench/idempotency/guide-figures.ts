import { readFileSync, writeFileSync } from "node:fs";
import { type Goal, goalsOf, type GuideFigures } from "./goals.ts";
import type { Job } from "./samples.ts";

const BEGIN = "<!-- figures: written by the benchmark -->\n";
const END = "<!-- end of figures -->";

/** Replaces the figures of the guide, between its two marks, by those of this run. */
export function writeGuideFigures(file: URL, figures: GuideFigures): void {
  const guide = readFileSync(file, "utf8");
  const [before, rest] = guide.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error("The guide has lost the marks of its figures");
  writeFileSync(file, `${before}${BEGIN}${tableOf(figures)}${END}${after}`);
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
${table(cells.map((row) => row.map(String)))}

Against what was aimed at, as ratios of Doorbell to the peer:

${table([["", "measured", "goal", "reached"], ...goalsOf(figures).map(goalRow)])}

Capacity is computed from item sizes by AWS's rule, dollars by the on-demand price of us-east-1. DynamoDB Local is slow at
the batch statements that AWS is not slow at: its times judge nothing. Measured on ${cpu} (${cores} cores), Node ${node}.

`;
}

/** A Markdown table as the formatter of this repository writes it: columns of equal width. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join("\n");
}

function goalRow({ what, measured, goal, isReached }: Goal): string[] {
  return [what, String(measured), goal, isReached ? "yes" : "no"];
}
