import type { LogEntry } from "@doorbell/cli/operate/trace/log-entry";
import type { Step, StepKind } from "@doorbell/cli/operate/trace/step";
import { formatCounted } from "@doorbell/cli/table";
import * as v from "valibot";

const text = v.optional(v.string());
const count = v.optional(v.number());
/** Fields of the services' own lines, beside those of every line. */
const fieldsSchema = v.object({
  type: text,
  version: count,
  receiveCount: count,
  meeting: text,
  writtenAt: text,
  throttled: count,
  throttledBy: text,
  status: text,
  lines: count,
  orders: count,
  rejectedLines: count,
});
type Fields = v.InferOutput<typeof fieldsSchema>;
type MakeStep = (kind: StepKind, says: string) => Step;

/** What a line that one of this pipeline's services logged tells; nothing, where it is of no interest in a story. */
export function logSteps(entry: LogEntry): readonly Step[] {
  const parsed = v.safeParse(fieldsSchema, entry);
  if (!parsed.success) return [];
  const fields = parsed.output;
  const { timestamp, service, requestId, err } = entry;
  // An order event is logged when its batch has ended, and may have been written long before.
  const at = fields.writtenAt ?? timestamp;
  const step: MakeStep = (kind, says) => ({ at, service, kind, says, ...(requestId !== undefined && { requestId }) });
  const error = err === undefined ? "" : `: ${err.code ?? err.name}`;
  switch (entry.message) {
    case "upload handled":
      return [step("read", ingested(fields))];
    case "upload was handled before":
      return [step("skipped", "the upload's event came again and was skipped as a duplicate")];
    case "upload is being handled by another run":
      return [step("retried", "another run is handling the upload; the event is tried again")];
    case "upload not handled to its end":
      return [step("retried", `the run was broken off${error}; the event is tried again`)];
    case "order event":
      return orderEvent(entry, fields, step);
    case "order change":
      return [orderChange(entry, fields, step)];
    default:
      return [];
  }
}

function ingested({ status = "", lines = 0, orders = 0, rejectedLines = 0 }: Fields): string {
  return `the file was read (${status}): ${formatCounted(lines, "line")}, ${formatCounted(orders, "order")} sent, ${formatCounted(rejectedLines, "line")} refused`;
}

function orderEvent({ messageId = "", outcome }: LogEntry, fields: Fields, step: MakeStep): Step[] {
  const { type = "", receiveCount = 1, throttled = 0, throttledBy = "throttled", meeting } = fields;
  const event = `${type.replace(/^doorbell\.|\.v\d+$/g, "")} (message ${messageId.slice(0, 8)}, receive ${receiveCount})`;
  const throttles =
    throttled > 0 ? [step("throttled", `DynamoDB put the write off ${times(throttled)} (${throttledBy})`)] : [];
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

function times(number: number): string {
  return number === 1 ? "once" : `${number} times`;
}

function orderChange({ outcome }: LogEntry, { version }: Fields, step: MakeStep): Step {
  const which = `version ${version ?? "?"}`;
  switch (outcome) {
    case "appended":
      return step("audited", `${which} was recorded in the audit trail`);
    case "duplicate":
      return step("skipped", `${which} was recorded before and skipped as a duplicate`);
    case "conflict":
      return step("refused", `${which} was refused: another change is recorded for it`);
    case "no order":
    case "refused":
      return step("refused", "the change was refused: it cannot be audited");
    default:
      return step("retried", `${which} was not recorded`);
  }
}
