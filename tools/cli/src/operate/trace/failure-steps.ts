import { isBatchLogEvent } from "@doorbell/batch/log-events";
import { formatCount } from "../../table.ts";
import { brief } from "./brief.ts";
import type { Material } from "./gather.ts";
import type { KnownFailure } from "./known-failures.ts";
import type { LogEntry } from "./log-entry.ts";
import type { Step } from "./step.ts";

/** Of what is parked or waiting, a story's end names this many. */
const MAX_NAMED = 20;
const ID_CHARACTERS = 8;

/** How what lies in the places for failures came there. What the log tells itself is not told twice. */
export function failureSteps({ entries, failed, failures }: Pick<Material, "entries" | "failed" | "failures">): Step[] {
  return failures.flatMap((known): Step[] => {
    const { place, kind, reason, firstAt, lastAt } = known.failure;
    const own = entries.filter((entry) => isOf(entry, known));
    if (own.some((entry) => isBatchLogEvent(entry) && entry.event === "record.parked")) return [];
    const invocations = failed.filter(({ requestId }) => requestId === known.deliveryId);
    const last = [
      ...own.map(({ timestamp }) => timestamp),
      ...invocations.map(({ at }) => at),
      ...(lastAt === undefined ? [] : [lastAt]),
    ];
    const at = last.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? firstAt;
    if (at === undefined) return [];
    return [{ at, service: place, kind: "kept", says: `given up and kept (${kind}): ${brief(reason)}` }];
  });
}

/** What is still parked, with the command that sends it back, one sentence a line. */
export function parkedSentences(failures: readonly KnownFailure[]): string[] {
  const lines = failures.slice(0, MAX_NAMED).map(({ failure }) => {
    const { id, place, kind, attempts, reason, lastAt, firstAt } = failure;
    const since = lastAt === undefined ? (firstAt === undefined ? "" : `, sent ${firstAt}`) : ` since ${lastAt}`;
    const tried = attempts === undefined ? "" : ` after ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}`;
    const short = id.slice(0, ID_CHARACTERS);
    return `In the ${place}${since}: ${kind} ${short}${tried}: ${brief(reason)} ("doorbell failures redrive ${short}" sends it back)`;
  });
  const more = failures.length - lines.length;
  return more > 0 ? [...lines, `And ${formatCount(more)} more: "doorbell failures list".`] : lines;
}

/** The messages and stream records of which the last that is logged is that they come again. */
export function waitingSentences({ entries, failures }: Pick<Material, "entries" | "failures">): string[] {
  const last = new Map<string, LogEntry>();
  for (const entry of entries.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))) {
    const id = entry.messageId ?? entry.sequenceNumber;
    if (id !== undefined) last.set(`${entry.service} ${id}`, entry);
  }
  const waiting = [...last.values()].filter(
    (entry) => comesAgain(entry) && !failures.some((known) => isOf(entry, known)),
  );
  const lines = waiting.slice(0, MAX_NAMED).map(({ service, messageId, sequenceNumber, timestamp }) => {
    const what =
      messageId === undefined ? `The change ${sequenceNumber}` : `Message ${messageId.slice(0, ID_CHARACTERS)}`;
    return `${what} was not done when ${service} last had it (${timestamp}); it is delivered again.`;
  });
  const more = waiting.length - lines.length;
  return more > 0 ? [...lines, `And ${formatCount(more)} more wait for their next delivery.`] : lines;
}

function comesAgain(entry: LogEntry): boolean {
  return isBatchLogEvent(entry) && ["record.retried", "record.waiting", "record.not-parked"].includes(entry.event);
}

function isOf({ messageId, sequenceNumber }: LogEntry, { deliveryId, ids }: KnownFailure): boolean {
  if (messageId !== undefined) return messageId === deliveryId;
  return sequenceNumber !== undefined && ids.has(sequenceNumber);
}
