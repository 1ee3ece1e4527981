import { batchSteps, deliverySteps } from "./batch-steps.ts";
import type { Material } from "./gather.ts";
import type { FailedInvocation, LogEntry } from "./log-entry.ts";
import { inCausalOrder } from "./causal-order.ts";
import { failureSteps } from "./failure-steps.ts";
import { repeatedEvents } from "./repeated-events.ts";
import type { Step } from "./step.ts";
import type { TraceHooks } from "./trace-hooks.ts";

/** The steps of a story, the oldest first and causes before their effects. Pure. */
export function tellStory(material: Material, hooks?: Pick<TraceHooks, "steps">): readonly Step[] {
  const { about, entries, failed, stored } = material;
  const steps = [
    ...stored.flatMap((each) => each.steps(entries, about.id)),
    ...deliverySteps(material),
    ...repeatedEvents(material),
    ...entries.flatMap((entry) => batchSteps(entry) ?? hooks?.steps(entry) ?? [logged(entry)]),
    ...failed.map(failure),
    ...failureSteps(material),
  ];
  return inCausalOrder(steps);
}

/** A line that nobody knows more of. */
function logged({ timestamp, service, requestId, message, err }: LogEntry): Step {
  const error = err === undefined ? "" : ` (${err.code ?? err.name})`;
  return { at: timestamp, service, kind: "logged", says: `${message}${error}`, ...(requestId && { requestId }) };
}

function failure({ at, service, requestId, status, errorType }: FailedInvocation): Step {
  const what =
    status === "timeout"
      ? "the invocation timed out"
      : `the invocation failed${errorType === undefined ? "" : `: ${errorType}`}`;
  return { at, service, kind: "failed", says: `${what}; it is repeated while retries are left`, requestId };
}
