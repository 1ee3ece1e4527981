import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { OrdersOutlet, SendResult } from "./orders-outlet.ts";

/**
 * Sends the order events of a partner to an SQS queue. The partner is the message group, by which a standard queue is fair: where one
 * partner has most of the messages in flight, those of the others are delivered first (SQS Developer Guide, "Amazon SQS fair queues"). `SendMessageBatch` answers 200 even when entries failed (SQS API reference,
 * `BatchResultErrorEntry`), so each entry is looked at: one whose code is about the message is rejected, anything else may be sent
 * again. `SenderFault` alone does not say which: a throttled caller, or one whose key KMS throttles, is a sender at fault, too.
 */
export function sqsOrdersOutlet(
  client: SQSClient,
  { queueUrl, partner }: { readonly queueUrl: string; readonly partner: string },
): OrdersOutlet {
  return {
    async send(bodies) {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody, MessageGroupId: partner }));
      try {
        const { Successful = [], Failed = [] } = await client.send(
          new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
        );
        const results = new Map<string | undefined, SendResult>();
        for (const { Id } of Successful) results.set(Id, { kind: "sent" });
        for (const entry of Failed) results.set(entry.Id, failureOf(entry));
        return Entries.map(({ Id }) => results.get(Id) ?? { kind: "failed", error: new EntryFailed("NoAnswer") });
      } catch (error) {
        if (!isTransient(error)) throw error;
        return bodies.map(() => ({ kind: "failed", error }));
      }
    },
  };
}

function failureOf({ Code, Message, SenderFault }: BatchResultErrorEntry): SendResult {
  const code = Code ?? "Unknown";
  return SenderFault === true && ABOUT_THE_MESSAGE.test(code)
    ? { kind: "rejected", reason: `${code}${Message === undefined ? "" : `: ${Message}`}` }
    : { kind: "failed", error: new EntryFailed(code) };
}

/** Also in the notation of the query protocol, `AWS.SimpleQueueService.…`, and of JSON, `com.amazonaws.sqs#…`. */
const ABOUT_THE_MESSAGE = /^(?:.*[.#])?Invalid(?:MessageContents|ParameterValue)$/;

/** Client errors that pass, by the names that AWS services give them. */
const PASSING = /Throttl|TooManyRequests|LimitExceeded|OverLimit|SlowDown|PriorRequestNotComplete|RequestTimeout/i;

/** The SDK has retried these a few times already; a client error that does not pass stays what it is. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("$retryable" in error && error.$retryable !== undefined) return true;
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? metadata.httpStatusCode
      : undefined;
  if (typeof status !== "number") return true; // no answer came: connection refused, reset, timed out
  return status >= 500 || status === 429 || PASSING.test(error.name);
}

/** SQS failed one entry of a batch. */
export class EntryFailed extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`SQS did not take the message: ${code}`);
    this.name = "EntryFailed";
    this.code = code;
  }
}
