import { batchSteps, deliverySteps } from "./batch-steps.ts";
import type { Material } from "./gather.ts";
import type { FailedInvocation, LogEntry } from "./log-entry.ts";
import { type Step, STEP_KINDS } from "./step.ts";
import type { TraceHooks } from "./trace-hooks.ts";

/** The steps of a story, the oldest first. Pure. */
export function tellStory(material: Material, hooks?: Pick<TraceHooks, "steps">): readonly Step[] {
  const { entries, failed, stored } = material;
  const steps = [
    ...stored.flatMap((each) => each.steps(entries)),
    ...deliverySteps(material),
    ...entries.flatMap((entry) => batchSteps(entry) ?? hooks?.steps(entry) ?? [logged(entry)]),
    ...failed.map(failure),
  ];
  return steps.toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || STEP_KINDS.indexOf(a.kind) - STEP_KINDS.indexOf(b.kind),
  );
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
