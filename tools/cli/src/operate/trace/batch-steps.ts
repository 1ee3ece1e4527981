import { type BatchLogEvent, isBatchLogEvent } from "@doorbell/batch/log-events";
import { brief } from "./brief.ts";
import type { Material } from "./gather.ts";
import type { LogEntry } from "./log-entry.ts";
import type { Step, StepKind } from "./step.ts";

type Received = LogEntry & Extract<BatchLogEvent, { event: "batch.received" }>;

/** What a line of the batch package tells of a record; undefined for any other line. Deliveries are told apart (`deliverySteps`). */
export function batchSteps(entry: LogEntry): readonly Step[] | undefined {
  if (!isBatchLogEvent(entry)) return undefined;
  const error = entry.err === undefined ? "" : `: ${entry.err.code ?? entry.err.name}`;
  const step = (kind: StepKind, says: string) => [stepOf(entry, kind, says)];
  switch (entry.event) {
    case "record.retried":
      return step("retried", `not done${error}; it is delivered again`);
    case "record.waiting":
      return step("retried", "waits for an earlier one of its key; it is delivered again");
    case "record.duplicate":
      return step("skipped", "was handled before and skipped as a duplicate");
    case "record.parked":
      return step("parked", `refused and parked: ${brief(entry.reason)}`);
    case "record.not-parked":
      return step("retried", `refused, and could not be parked${error}; it is delivered again`);
    default:
      return [];
  }
}

function isReceived(entry: LogEntry): entry is Received {
  return isBatchLogEvent(entry) && entry.event === "batch.received";
}

/** The deliveries of what a story is about, each told beside the earlier ones; the others of a batch are of no interest. */
export function deliverySteps({ about, entries, failed }: Pick<Material, "about" | "entries" | "failed">): Step[] {
  const deliveries = entries.filter(isReceived).toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  const sequenceNumbers = new Set(entries.map(({ sequenceNumber }) => sequenceNumber));
  const known = new Set([...entries.map(({ messageId }) => messageId), ...sequenceNumbers, about.id]);
  return deliveries.map((entry, index) => {
    const own = entry.ids.filter((id) => known.has(id));
    const before = deliveries
      .slice(0, index)
      .findLast(({ service, ids }) => service === entry.service && own.some((id) => ids.includes(id)));
    const size = entry.ids.length;
    const was = before?.ids.length ?? 0;
    const hasFailed = failed.some(({ requestId }) => requestId === before?.requestId);
    const rest = was > size ? `: ${hasFailed ? "bisected from" : "what was left of"} ${was}` : "";
    const again = before === undefined ? "" : `, again${rest}`;
    const isOfStream = own.some((id) => sequenceNumbers.has(id));
    const what = isOfStream ? changes(own.length) : `message ${own.map((id) => id.slice(0, 8)).join(", ")}`;
    const step = stepOf(
      entry,
      "delivered",
      `${what} delivered ${size === 1 ? "alone" : `in a batch of ${size}`}${again}`,
    );
    return isOfStream ? { ...step, ofWrite: true } : step;
  });
}

function changes(count: number): string {
  return count === 1 ? "a change" : `${count} changes`;
}

function stepOf({ timestamp, service, requestId }: LogEntry, kind: StepKind, says: string): Step {
  return { at: timestamp, service, kind, says, ...(requestId !== undefined && { requestId }) };
}
