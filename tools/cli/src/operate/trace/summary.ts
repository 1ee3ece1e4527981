import { formatCount, formatCounted } from "../../table.ts";
import type { LogEntry } from "./log-entry.ts";
import type { Material } from "./gather.ts";

/** Where the story of one order stands now; for many orders, how many of them ended how. One sentence a line. */
export function summaryOf(material: Material): readonly string[] {
  const { about, order, audit } = material;
  if (about.kind === "order") {
    if (order === undefined)
      return [`There is no order ${about.orderId}${audit.length > 0 ? ", and there was one" : ""}.`];
    const recorded = audit.map(({ version }) => version);
    const versions = Array.from({ length: order.version }, (_, index) => index + 1);
    const open = versions.filter((version) => !recorded.includes(version));
    return [
      `Order ${about.orderId} is ${order.status}, in version ${order.version}.`,
      open.length === 0
        ? "Every version of it is in the audit trail."
        : `Not in the audit trail: version ${open.join(", ")}.`,
    ];
  }
  if (about.kind === "message") return [`What ${about.id} carried was no order's.`];
  return [
    `${about.correlationId} leads to ${formatCounted(about.orders, "order")}${about.examples.length > 0 ? `, such as ${about.examples.join(", ")}` : ""}; name one of them for its own story.`,
    ...countsOf(material.entries),
  ];
}

/** How many of the lines of each service ended how. */
function countsOf(entries: readonly LogEntry[]): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { service, message, outcome } of entries) {
    if (outcome === undefined || (message !== "order event" && message !== "order change")) continue;
    const ofService = counts.get(service) ?? new Map<string, number>();
    ofService.set(outcome, (ofService.get(outcome) ?? 0) + 1);
    counts.set(service, ofService);
  }
  return [...counts].map(
    ([service, outcomes]) =>
      `${service}: ${[...outcomes].map(([outcome, count]) => `${formatCount(count)} ${outcome}`).join(", ")}, as far as its log is kept.`,
  );
}
