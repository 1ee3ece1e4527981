import { randomUUID } from "node:crypto";
import type { InvocationResult, LambdaService } from "../src/lambda/lambda-service.ts";

/** What a scripted function answers: a value to return, `fail()` for a function error, or an exception of the service. */
export type Script = (records: readonly ScriptedRecord[], invocation: number) => unknown;

/** A record as far as the tests look into it. */
export interface ScriptedRecord {
  readonly messageId?: string;
  readonly body?: string;
  readonly dynamodb?: {
    readonly SequenceNumber: string;
    readonly Keys: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly [field: string]: unknown;
}

/** For tests: a Lambda service of one function whose handler is given in the test. */
export interface ScriptedLambda extends Pick<LambdaService, "invoke" | "invokeAsync"> {
  /** Payloads given to it, in order, retries included. */
  readonly payloads: string[];
  /** The records of each invocation. */
  readonly batches: (readonly ScriptedRecord[])[];
  readonly running: number;
  readonly mostRunning: number;
}

const functionError = Symbol("function error");

/** Returned by a script: the handler threw. */
export function fail(): unknown {
  return functionError;
}

/** For tests: runs the script for every invocation; a promise is awaited, what it throws is the service's error. */
export function scriptLambda(script: Script): ScriptedLambda {
  const payloads: string[] = [];
  const batches: (readonly ScriptedRecord[])[] = [];
  let running = 0;
  let mostRunning = 0;

  async function invoke(_functionName: string, payload: string): Promise<InvocationResult> {
    payloads.push(payload);
    const { Records: records }: { Records: readonly ScriptedRecord[] } = JSON.parse(payload);
    batches.push(records);
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    try {
      const value = await script(records, payloads.length);
      const failed = value === functionError;
      return {
        requestId: randomUUID(),
        payload: failed ? '{"errorType":"Error"}' : typeof value === "string" ? value : JSON.stringify(value ?? null),
        ...(failed && { functionError: "Unhandled" as const }),
        logTail: "",
        durationMs: 1,
        billedMs: 1,
      };
    } finally {
      running -= 1;
    }
  }

  return {
    payloads,
    batches,
    get running() {
      return running;
    },
    get mostRunning() {
      return mostRunning;
    },
    invoke,
    invokeAsync(functionName, payload) {
      void invoke(functionName, payload);
      return { requestId: randomUUID() };
    },
  };
}
