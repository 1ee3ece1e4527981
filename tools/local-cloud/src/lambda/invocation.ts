/** Takes an answer that the runtime streams, as it comes. */
export interface AnswerSink {
  /** Called once, before the first byte. */
  begin(contentType: string): void;
  /** Resolves when more may come. It never rejects: what nobody waits for any more is dropped. */
  write(chunk: Buffer): Promise<void>;
}

/** What came of one invocation that ran. */
export interface InvocationResult {
  readonly requestId: string;
  /**
   * JSON text: what the handler returned (`"null"` if nothing), or the error body when {@link functionError} is set. Of a handler
   * that streams it is the text that it wrote, or empty where a sink took it.
   */
  readonly payload: string;
  readonly functionError?: "Unhandled";
  /** The last 4 KB of what this invocation logged, platform lines included. */
  readonly logTail: string;
  readonly durationMs: number;
  /** Duration, plus the initialization of a cold start, rounded up to the millisecond. */
  readonly billedMs: number;
}

/** The function's concurrency is used up; nothing ran. AWS: status 429, with a reason. */
export class TooManyRequests extends Error {
  readonly code = "TooManyRequestsException";
  readonly functionName: string;
  readonly reason: "ReservedFunctionConcurrentInvocationLimitExceeded" | "ConcurrentInvocationLimitExceeded";

  constructor(functionName: string, reason: TooManyRequests["reason"]) {
    super(`Rate Exceeded: ${functionName} (${reason})`);
    this.functionName = functionName;
    this.reason = reason;
  }
}

/** The local cloud has no such function. AWS: status 404. */
export class FunctionNotFound extends Error {
  readonly code = "ResourceNotFoundException";
  readonly functionName: string;

  constructor(functionName: string) {
    super(`Function not found: ${functionName}`);
    this.functionName = functionName;
  }
}

/** The local cloud has this function and cannot run it. AWS: status 502, `InvalidRuntimeException`. */
export class FunctionNotRun extends Error {
  readonly code = "FunctionNotRun";
  readonly functionName: string;

  constructor(functionName: string, why: string) {
    super(`The function ${functionName} is not run here: ${why}.`);
    this.functionName = functionName;
  }
}

/** The Lambda service was stopped before the invocation came to an end; whether its effects happened is unknown. */
export class LambdaStopped extends Error {
  readonly code = "LambdaStopped";

  constructor() {
    super("The local Lambda service has stopped.");
  }
}
