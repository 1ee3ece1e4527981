import type { FinishedInvocation } from "@doorbell/local-cloud/lambda/finished-invocation";
import * as v from "valibot";
import type { InvocationRow, Outcome } from "../protocol.ts";

const MAX_PROBLEM_CHARACTERS = 200;

const partialSchema = v.object({ batchItemFailures: v.array(v.unknown()) });
const errorSchema = v.object({ errorType: v.optional(v.string()), errorMessage: v.optional(v.string()) });

/** An invocation as the list shows it. `once` gives the one copy of a text that many rows share. */
export function rowOf(finished: FinishedInvocation, place: number, once: (text: string) => string): InvocationRow {
  const { source, initMs } = finished;
  const { outcome, problem } = outcomeOf(finished);
  return {
    place,
    requestId: finished.requestId,
    function: once(finished.functionName),
    source: source.kind,
    sourceName: once(shortName(source.name ?? "")),
    records: source.records,
    attempt: finished.attempt,
    startedAt: finished.startedAt,
    durationMs: rounded(finished.durationMs),
    ...(initMs !== undefined && { initMs: rounded(initMs) }),
    outcome,
    ...(problem !== undefined && { problem }),
  };
}

/** A batch whose answer names records that failed counts as failed in part. */
function outcomeOf({ outcome, answer }: FinishedInvocation): { outcome: Outcome; problem?: string } {
  if (outcome === "answered") {
    // Only an answer that can hold failures is parsed.
    if (!answer.includes('"batchItemFailures"')) return { outcome };
    const partial = v.safeParse(partialSchema, parsed(answer));
    const count = partial.success ? partial.output.batchItemFailures.length : 0;
    return count === 0 ? { outcome } : { outcome: "partly-failed", problem: `${count} of its records failed` };
  }
  const error = v.safeParse(errorSchema, parsed(answer));
  const { errorType = "", errorMessage = "" } = error.success ? error.output : {};
  const [line = ""] = [errorType, errorMessage].filter(Boolean).join(": ").split("\n");
  return { outcome, ...(line !== "" && { problem: line.slice(0, MAX_PROBLEM_CHARACTERS) }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A handler may stream anything.
  }
}

/** The name of a queue, topic or rule, and of a stream that of its table. */
export function shortName(arn: string): string {
  return (
    /^arn:aws:dynamodb:[^:]*:\d*:table\/([^/]+)/.exec(arn)?.[1] ?? arn.replace(/^arn:aws:[a-z0-9]+:[a-z0-9-]*:\d*:/, "")
  );
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
