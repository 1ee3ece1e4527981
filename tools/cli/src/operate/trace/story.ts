import type { FailedInvocation, LogEntry } from "./log-entry.ts";
import type { Material } from "./gather.ts";
import { formatCounted } from "../../table.ts";

/** What happened in one step, for programs. */
export type StepKind =
  | "uploaded"
  | "delivered"
  | "throttled"
  | "read"
  | "written"
  | "audited"
  | "skipped"
  | "refused"
  | "parked"
  | "retried"
  | "failed";

/** One step of a story. */
export interface Step {
  /** ISO 8601. */
  readonly at: string;
  readonly service: string;
  readonly kind: StepKind;
  readonly says: string;
  readonly requestId?: string;
}

/** What comes first of two steps of the same millisecond. */
const RANK: readonly StepKind[] = [
  "uploaded",
  "delivered",
  "throttled",
  "read",
  "written",
  "audited",
  "skipped",
  "refused",
  "parked",
  "retried",
  "failed",
];

/** The steps of a story, the oldest first. Pure; tells ids, counts and reasons, no data of a customer. */
export function tellStory(material: Material): readonly Step[] {
  const { entries, failed, receipts, audit } = material;
  const deliveries = entries.filter(({ message }) => message === "batch received").toSorted(byTime);
  const known = new Set(
    entries.flatMap(({ messageId, sequenceNumber }) => [messageId, sequenceNumber]).filter((id) => id !== undefined),
  );
  const steps = [
    ...receipts.map(({ eventTime, key, id }) =>
      stepOf(eventTime, "uploads bucket", "uploaded", `${key} came in as upload ${id}`),
    ),
    ...entries.flatMap((entry) => (entry.message === "batch received" ? [] : stepsOf(entry))),
    ...deliveries.map((entry, index) => delivery(entry, { earlier: deliveries.slice(0, index), failed, known })),
    ...failed.map(failure),
  ];
  const told = new Set(entries.map(({ message, version }) => (message === "order change" ? version : undefined)));
  for (const found of audit) {
    if (!found.ok || told.has(found.version) || found.entry.at === undefined) continue;
    const at = new Date(found.entry.at * 1_000).toISOString();
    steps.push(
      stepOf(
        at,
        "orders table",
        "audited",
        `version ${found.version} was made about then; it is recorded, its log is gone`,
      ),
    );
  }
  return steps.toSorted((a, b) => byTime(a, b) || RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
}

function byTime(a: { at?: string; timestamp?: string }, b: { at?: string; timestamp?: string }): number {
  const [left = "", right = ""] = [a.at ?? a.timestamp, b.at ?? b.timestamp];
  return Date.parse(left) - Date.parse(right);
}

function stepOf(at: string, service: string, kind: StepKind, says: string, requestId?: string): Step {
  return { at, service, kind, says, ...(requestId !== undefined && { requestId }) };
}

/** `known` are the ids of what the story is about; the others of a batch are of no interest. */
function delivery(
  entry: LogEntry,
  {
    earlier,
    failed,
    known,
  }: {
    readonly earlier: readonly LogEntry[];
    readonly failed: readonly FailedInvocation[];
    readonly known: ReadonlySet<string>;
  },
): Step {
  const size = entry.ids?.length ?? 0;
  const before = earlier.findLast(
    (each) => each.service === entry.service && entry.ids?.some((id) => known.has(id) && each.ids?.includes(id)),
  );
  const hasFailed = failed.some(({ requestId }) => requestId === before?.requestId);
  const was = before?.ids?.length ?? 0;
  const how =
    before === undefined
      ? ""
      : `, again${was > size ? `: ${hasFailed ? "bisected from" : "what was left of"} ${was}` : ""}`;
  const own = (entry.ids ?? []).filter((id) => known.has(id)).map((id) => id.slice(0, 8));
  const what =
    entry.service === "order-queue"
      ? `message ${own.join(", ")}`
      : own.length === 1
        ? "a change"
        : `${own.length} changes`;
  const says = `${what} delivered ${size === 1 ? "alone" : `in a batch of ${size}`}${how}`;
  return stepOf(entry.timestamp, entry.service, "delivered", says, entry.requestId);
}

function failure({ at, service, requestId, status, errorType }: FailedInvocation): Step {
  const what =
    status === "timeout"
      ? "the invocation timed out"
      : `the invocation failed${errorType === undefined ? "" : `: ${errorType}`}`;
  return stepOf(at, service, "failed", `${what}; it is repeated`, requestId);
}

function stepsOf(entry: LogEntry): Step[] {
  const { timestamp, service, requestId, reason = "", err } = entry;
  // An order event is logged when its batch has ended, and may have been written long before.
  const at = entry.writtenAt ?? timestamp;
  const step = (kind: StepKind, says: string) => stepOf(at, service, kind, says, requestId);
  const error = err === undefined ? "" : `: ${err.code ?? err.name}`;
  switch (entry.message) {
    case "upload handled":
      return [step("read", ingested(entry))];
    case "upload was handled before":
      return [step("skipped", "the upload's event came again and was skipped as a duplicate")];
    case "upload is being handled by another run":
      return [step("retried", "another run is handling the upload; the event is tried again")];
    case "upload not handled to its end":
      return [step("retried", `the run was broken off${error}; the event is tried again`)];
    case "order event":
      return orderEvent(entry, step);
    case "order change":
      return orderChange(entry, step);
    case "record failed, to be delivered again":
      return [step("retried", `not done${error}; it is delivered again`)];
    case "record waits for an earlier one of its key, to be delivered again":
      return [step("retried", "waits for an earlier change of its order; it is delivered again")];
    case "record rejected and parked":
      return [step("parked", `refused and parked: ${reason}`)];
    case "record rejected but not parked, to be delivered again":
      return [step("retried", `refused, and could not be parked${error}; it is delivered again`)];
    default:
      return [];
  }
}

type MakeStep = (kind: StepKind, says: string) => Step;

function ingested({ status = "", lines = 0, orders = 0, rejectedLines = 0 }: LogEntry): string {
  return `the file was read (${status}): ${formatCounted(lines, "line")}, ${formatCounted(orders, "order")} sent, ${formatCounted(rejectedLines, "line")} refused`;
}

function orderEvent(entry: LogEntry, step: MakeStep): Step[] {
  const { type = "", messageId = "", receiveCount = 1, throttled = 0, outcome, meeting } = entry;
  const event = `${type.replace(/^doorbell\.|\.v\d+$/g, "")} (message ${messageId.slice(0, 8)}, receive ${receiveCount})`;
  const throttles =
    throttled > 0
      ? [step("throttled", `DynamoDB put the write off ${times(throttled)} (${entry.throttledBy ?? "throttled"})`)]
      : [];
  switch (outcome) {
    case "applied":
      return [...throttles, step("written", `${event} was applied${meeting === undefined ? "" : `: ${meeting}`}`)];
    case "duplicate":
      return [...throttles, step("skipped", `${event} was skipped as a duplicate`)];
    case "conflict":
      return [...throttles, step("refused", `${event} was refused: the order is stored with another payload`)];
    default:
      return [...throttles, step("retried", `${event} was not applied`)];
  }
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function orderChange({ version, outcome }: LogEntry, step: MakeStep): Step[] {
  const which = `version ${version ?? "?"}`;
  switch (outcome) {
    case "appended":
      return [step("audited", `${which} was recorded in the audit trail`)];
    case "duplicate":
      return [step("skipped", `${which} was recorded before and skipped as a duplicate`)];
    case "conflict":
      return [step("refused", `${which} was refused: another change is recorded for it`)];
    case "no order":
    case "refused":
      return [step("refused", "the change was refused: it cannot be audited")];
    default:
      return [step("retried", `${which} was not recorded`)];
  }
}
