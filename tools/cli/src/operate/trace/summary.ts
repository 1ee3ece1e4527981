import { formatCount, formatCounted } from "../../table.ts";
import { parkedSentences, waitingSentences } from "./failure-steps.ts";
import type { Material } from "./gather.ts";
import type { LogEntry } from "./log-entry.ts";
import type { TraceHooks } from "./trace-hooks.ts";

/** Where a story stands now, and what of it is parked or comes again; for many subjects, how many of them ended how. One sentence a line. */
export function summaryOf(material: Material, subject?: TraceHooks["subject"]): readonly string[] {
  return [
    ...(subject === undefined ? [] : standing(material, subject)),
    ...parkedSentences(material.failures),
    ...waitingSentences(material),
    ...material.unread,
  ];
}

function standing({ about, stored, entries }: Material, subject: TraceHooks["subject"]): readonly string[] {
  if (about.kind === "id") return [`Nothing that is logged or kept of ${about.id} names any ${subject.noun}.`];
  const summary = stored.flatMap((each) => (each.kind === about.kind ? each.summary : []));
  if (about.kind === "subject") return summary.length > 0 ? summary : [`There is no ${subject.noun} ${about.id}.`];
  const examples = about.examples.length > 0 ? `, such as ${about.examples.join(", ")}` : "";
  const leads = `${about.id} leads to ${formatCounted(about.subjects, subject.noun)}${examples}; name one of them for its own story.`;
  return [...(about.subjects > 0 ? [leads] : []), ...summary, ...countsOf(entries, subject.field)];
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
