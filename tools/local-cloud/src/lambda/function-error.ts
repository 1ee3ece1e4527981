import * as v from "valibot";
import type { Failure } from "./environment/execution-environment.ts";

/** The body that a caller gets for a failure: the runtime's own, or the platform's. */
export function errorBody(failure: Failure, requestId: string, timeoutSeconds: number): string {
  if (failure.kind === "failed") return failure.body;
  const [errorType, said] =
    failure.kind === "timed-out"
      ? ["Sandbox.Timedout", `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`]
      : [failure.errorType, failure.reason];
  return JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${said}` });
}

/** Types of errors that the platform passes on from the runtime. */
const reportedSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ errorType: v.pipe(v.string(), v.regex(/^(?:Runtime|Function)\.[A-Z][A-Za-z]+$/)) }),
);

/**
 * The type that an initialization's failure has in the platform's lines; a time-out has none there. What the runtime reports is passed
 * on where it is one of Lambda's types, as AWS's open source emulator of the runtime interface does it.
 */
export function initErrorType(failure: Failure): string | undefined {
  if (failure.kind === "timed-out") return undefined;
  if (failure.kind === "exited") return failure.errorType;
  const reported = v.safeParse(reportedSchema, failure.body);
  return reported.success ? reported.output.errorType : "Runtime.Unknown";
}
