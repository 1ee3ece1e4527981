import { type ChangeSettled, isChangeSettled } from "@doorbell/change-audit/log-events";
import type { LogEntry } from "@doorbell/cli/operate/trace/log-entry";
import type { Step, StepKind } from "@doorbell/cli/operate/trace/step";
import { formatCounted } from "@doorbell/cli/table";
import { isOrderSettled, type OrderSettled } from "@doorbell/order-queue/log-events";
import { isUploadLogEvent, type UploadLogEvent } from "@doorbell/upload-ingest/log-events";

type MakeStep = (kind: StepKind, says: string, at?: string) => Step;

/** What a line that one of this pipeline's services logged tells; nothing, where it is of no interest in a story. */
export function logSteps(entry: LogEntry): readonly Step[] {
  const { timestamp, service, requestId, err } = entry;
  const step: MakeStep = (kind, says, at = timestamp) => ({
    at,
    service,
    kind,
    says,
    ...(requestId !== undefined && { requestId }),
  });
  if (isOrderSettled(entry)) return orderSettled(entry, step);
  if (isChangeSettled(entry)) return [changeSettled(entry, step)];
  const error = err === undefined ? "" : `: ${err.code ?? err.name}`;
  return isUploadLogEvent(entry) ? [uploadEvent(entry, error, step)] : [];
}

function uploadEvent(entry: UploadLogEvent, error: string, step: MakeStep): Step {
  switch (entry.event) {
    case "upload.received":
      return step("delivered", "the upload's event was delivered, and a run began");
    case "upload.handled":
      return step("read", ingested(entry));
    case "upload.duplicate":
      return step("skipped", "the upload's event came again and was skipped as a duplicate");
    case "upload.busy":
      return step("retried", "another run is handling the upload; the event is tried again");
    default:
      return step("retried", `the run was broken off${error}; the event is tried again`);
  }
}

function ingested({
  status,
  lines,
  orders,
  rejectedLines,
}: Extract<UploadLogEvent, { event: "upload.handled" }>): string {
  return `the file was read (${status}): ${formatCounted(lines, "line")}, ${formatCounted(orders, "order")} sent, ${formatCounted(rejectedLines, "line")} refused`;
}

/** Logged when its batch has ended, while it may have been written long before. */
function orderSettled(entry: OrderSettled, make: MakeStep): Step[] {
  const {
    type,
    messageId,
    receiveCount,
    throttled = 0,
    throttledBy = "throttled",
    outcome,
    arrival,
    writtenAt,
  } = entry;
  const step = (kind: StepKind, says: string) => make(kind, says, writtenAt);
  const event = `${type.replace(/^doorbell\.|\.v\d+$/g, "")} (message ${messageId.slice(0, 8)}, receive ${receiveCount})`;
  const throttles =
    throttled > 0 ? [step("throttled", `DynamoDB put the write off ${times(throttled)} (${throttledBy})`)] : [];
  switch (outcome) {
    case "applied":
      return [...throttles, step("written", `${event} was applied${arrival === undefined ? "" : `: ${arrival}`}`)];
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

function changeSettled({ version, outcome }: ChangeSettled, step: MakeStep): Step {
  const which = `version ${version ?? "?"}`;
  switch (outcome) {
    case "applied":
      return step("audited", `${which} was recorded in the audit trail`);
    case "duplicate":
      return step("skipped", `${which} was recorded before and skipped as a duplicate`);
    case "conflict":
      return step("refused", `${which} was refused: another change is recorded for it`);
    case "rejected":
      return step("refused", "the change was refused: it cannot be audited");
    default:
      return step("retried", `${which} was not recorded`);
  }
}
