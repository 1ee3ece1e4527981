import { TooManyRequests } from "../lambda/invocation.ts";
import type { LambdaService } from "../lambda/lambda-service.ts";
import { identityOf, type SeededDecisions } from "./seeded-decisions.ts";

type Invoke = LambdaService["invoke"];

/**
 * Lambda as event source mappings see it: invocations are throttled, and a batch of stream records that was handled is delivered
 * again before the next one, at once or because its answer was lost on the way, in which case the mapping hears of a failure.
 */
export function createFaultyInvoke(invoke: Invoke, decisions: SeededDecisions): Invoke {
  return async (functionName, payload, options) => {
    if (decisions.quiet) return invoke(functionName, payload, options);
    const { isStream, record } = firstRecord(payload);
    const words = ["lambda", functionName, record] as const;
    if (decisions.happens("throttles", ...words))
      throw new TooManyRequests(functionName, "ConcurrentInvocationLimitExceeded");
    const result = await invoke(functionName, payload, options);
    if (!isStream) return result;
    if (decisions.happens("duplicates", ...words)) return invoke(functionName, payload, options);
    if (!decisions.happens("lateRedelivery", ...words)) return result;
    const lost = { errorType: "Runtime.ExitError", errorMessage: "A fault on demand: the answer was lost." };
    return { ...result, functionError: "Unhandled", payload: JSON.stringify(lost) };
  };
}

/** Streams are known by what names their records: the key of the item, and how it stands after the change. */
function firstRecord(payload: string): { isStream: boolean; record: string } {
  const event: unknown = JSON.parse(payload);
  const records: unknown =
    typeof event === "object" && event !== null && "Records" in event ? event.Records : undefined;
  const first: unknown = Array.isArray(records) ? records[0] : undefined;
  if (typeof first !== "object" || first === null) return { isStream: false, record: identityOf(payload) };
  if ("dynamodb" in first) {
    const change: unknown = first.dynamodb;
    const keys = typeof change === "object" && change !== null && "Keys" in change ? change.Keys : undefined;
    return { isStream: true, record: identityOf(keys) };
  }
  return { isStream: false, record: identityOf("body" in first ? first.body : first) };
}
