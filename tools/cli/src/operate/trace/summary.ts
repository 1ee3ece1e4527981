import { formatCount, formatCounted } from "../../table.ts";
import type { Material } from "./gather.ts";
import type { LogEntry } from "./log-entry.ts";
import type { TraceHooks } from "./trace-hooks.ts";

/** Where a story stands now; for many subjects, how many of them ended how. One sentence a line. */
export function summaryOf(material: Material, subject?: TraceHooks["subject"]): readonly string[] {
  const { about, stored } = material;
  if (subject === undefined) return [];
  if (about.kind === "id") return [`What ${about.id} carried was no ${subject.noun}'s.`];
  const summary = stored.flatMap((each) => (each.kind === about.kind ? each.summary : []));
  if (about.kind === "subject") return summary.length > 0 ? summary : [`There is no ${subject.noun} ${about.id}.`];
  return [
    `${about.id} leads to ${formatCounted(about.subjects, subject.noun)}${about.examples.length > 0 ? `, such as ${about.examples.join(", ")}` : ""}; name one of them for its own story.`,
    ...summary,
    ...countsOf(material.entries, subject.field),
  ];
}

/** How many of the lines of each service ended how. */
function countsOf(entries: readonly LogEntry[], field: string): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const entry of entries) {
    const { service, outcome } = entry;
    if (outcome === undefined || entry[field] === undefined) continue;
    const ofService = counts.get(service) ?? new Map<string, number>();
    ofService.set(outcome, (ofService.get(outcome) ?? 0) + 1);
    counts.set(service, ofService);
  }
  return [...counts].map(
    ([service, outcomes]) =>
      `${service}: ${[...outcomes].map(([outcome, count]) => `${formatCount(count)} ${outcome}`).join(", ")}, as far as its log is kept.`,
  );
}
