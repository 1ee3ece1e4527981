import type { LambdaContext } from "@doorbell/logger/log";

/** The context of an invocation that began now and has `timeoutMs` to live. */
export function lambdaContext(timeoutMs = 30_000): LambdaContext {
  const deadline = performance.now() + timeoutMs;
  return {
    awsRequestId: "00000000-0000-4000-8000-000000000000",
    functionName: "under-test",
    getRemainingTimeInMillis: () => deadline - performance.now(),
  };
}
