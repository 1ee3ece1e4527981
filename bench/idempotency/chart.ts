import type { Job } from "./samples.ts";

interface Figures {
  readonly peer: string;
  readonly cost: Record<Job, Record<string, { calls: number; writeUnits: number } | undefined>>;
  readonly stubAfter4Ms: Record<Job, Record<string, { recordsPerSecond: number } | undefined>>;
  readonly stubAtOnce: Record<Job, Record<string, { cpuUsPerRecord: number } | undefined>>;
  readonly bundle: Record<Job, { bytes: number }>;
  readonly coldStart: Record<Job, { plain?: { sumMs: number } | undefined }>;
}

const WIDTH = 780;
const ROW = 54;
const TOP = 64;
const LABEL = 310;
const BAR = 330;
const COLORS: Record<Job, string> = { doorbell: "#2563eb", powertools: "#9ca3af" };

/** Pairs of bars, each pair to its own scale: the longer one fills the width. */
export function drawChart(figures: Figures): string {
  const { cost, stubAfter4Ms, stubAtOnce, bundle, coldStart } = figures;
  const rows: [label: string, of: (job: Job) => number, unit: string][] = [
    ["DynamoDB calls, 10 new orders", (job) => cost[job]["new"]?.calls ?? 0, ""],
    ["Write units, 10 new orders", (job) => cost[job]["new"]?.writeUnits ?? 0, ""],
    ["DynamoDB calls, 10 duplicates", (job) => cost[job]["duplicate"]?.calls ?? 0, ""],
    ["Records a second, calls of 4 ms (more is better)", (job) => stubAfter4Ms[job]["new"]?.recordsPerSecond ?? 0, ""],
    ["CPU per record", (job) => stubAtOnce[job]["new"]?.cpuUsPerRecord ?? 0, " µs"],
    ["Bundle with the SDK", (job) => Math.round(bundle[job].bytes / 1_000), " KB"],
    ["Cold start and first invocation", (job) => coldStart[job].plain?.sumMs ?? 0, " ms"],
  ];
  const height = TOP + rows.length * ROW + 8;
  const bars = rows.map(([label, of, unit], row) => {
    const y = TOP + row * ROW;
    const longest = Math.max(of("doorbell"), of("powertools"), 1);
    const bar = (job: Job, top: number) => {
      const width = Math.max(2, (of(job) / longest) * BAR);
      const value = of(job).toLocaleString("en-US");
      return `<rect x="${LABEL}" y="${top}" width="${width.toFixed(1)}" height="17" rx="2" fill="${COLORS[job]}"/>
  <text x="${(LABEL + width + 8).toFixed(1)}" y="${top + 13}">${value}${unit}</text>`;
    };
    return `<text x="${LABEL - 12}" y="${y + 25}" text-anchor="end">${label}</text>
  ${bar("doorbell", y)}
  ${bar("powertools", y + 20)}`;
  });
  const legend = [
    `<rect x="${LABEL}" y="20" width="12" height="12" rx="2" fill="${COLORS.doorbell}"/><text x="${LABEL + 18}" y="30">Doorbell</text>`,
    `<rect x="${LABEL + 100}" y="20" width="12" height="12" rx="2" fill="${COLORS.powertools}"/><text x="${LABEL + 118}" y="30">${figures.peer}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#111827">
  <title>The same order job on Doorbell and on Powertools</title>
  <rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
  ${[...legend, ...bars].join("\n  ")}
</svg>
`;
}
