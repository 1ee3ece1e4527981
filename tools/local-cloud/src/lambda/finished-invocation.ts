import { EventEmitter } from "node:events";

/** What asked for an invocation. */
export interface InvocationSource {
  /** `client`: somebody who called the Invoke API. */
  readonly kind:
    | "sqs"
    | "dynamodb"
    | "s3"
    | "sns"
    | "rule"
    | "schedule"
    | "destination"
    | "function-url"
    | "http-api"
    | "client";
  /** ARN of the queue, stream, topic, rule or schedule, of the function whose record it is, name of the bucket, component of the URL or API; absent for a client. */
  readonly name?: string;
  /** Records in the event; 1 where it is no batch. */
  readonly records: number;
}

/** The Invoke API was called, or who asked is not known any more: an asynchronous event that an earlier process accepted. */
export const CLIENT: InvocationSource = { kind: "client", records: 1 };

/** An invocation that ran to an end, whatever the end. */
export interface FinishedInvocation {
  readonly requestId: string;
  readonly functionName: string;
  readonly source: InvocationSource;
  /** 1 for the first delivery; of a batch of messages, the highest receive count in it. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Of a cold start: how long the initialization before it took. */
  readonly initMs?: number;
  /** `answered`: the handler returned; which records it reports as failed is in the answer. */
  readonly outcome: "answered" | "failed" | "timed-out";
  /** JSON text. */
  readonly event: string;
  /** JSON text: what the handler returned, or the error body; empty where the answer was streamed to somebody. */
  readonly answer: string;
  /** Its lines: those of this stream from one place in the log up to another, which is not one of them. */
  readonly log: { readonly stream: string; readonly from: number; readonly to: number };
}

/** Who wants to know of invocations. */
export interface InvocationListeners {
  add(listener: (finished: FinishedInvocation) => void): () => void;
  readonly any: boolean;
  tell(finished: FinishedInvocation): void;
}

/** Nobody yet. */
export function createInvocationListeners(): InvocationListeners {
  const events = new EventEmitter<{ finished: [FinishedInvocation] }>().setMaxListeners(0);
  return {
    add(listener) {
      events.on("finished", listener);
      return () => events.off("finished", listener);
    },
    get any() {
      return events.listenerCount("finished") > 0;
    },
    tell: (finished) => void events.emit("finished", finished),
  };
}
