import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@doorbell/aws-client/aws-client";
import type { Hide } from "./outage.ts";

/** Entries that one call takes. AWS: SQS API reference, `ChangeMessageVisibilityBatch`. */
const BATCH_LIMIT = 10;

/**
 * Hides received messages of a queue until they are to come back: one `ChangeMessageVisibilityBatch` for each ten. `client` is one with
 * `CALL_LIMITS` by default. Throws where SQS refused any; the others are hidden all the same.
 */
export function hideInQueue({
  client = awsClient(SQSClient, {}),
  queueUrl,
}: {
  readonly client?: SQSClient;
  readonly queueUrl: string;
}): Hide {
  return async (messages, signal) => {
    const calls = [];
    for (let from = 0; from < messages.length; from += BATCH_LIMIT) {
      const Entries = messages.slice(from, from + BATCH_LIMIT).map(({ receiptHandle, seconds }, at) => ({
        Id: String(at),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries });
      calls.push(client.send(command, { abortSignal: signal }));
    }
    const refused = (await Promise.all(calls)).flatMap(({ Failed = [] }) => Failed);
    if (refused.length > 0) throw new NotHiddenError(refused.length, refused[0]?.Code);
  };
}

/** Some messages stay hidden for the queue's own visibility timeout, and come back then. `reason` is SQS's code for the first. */
class NotHiddenError extends Error {
  readonly code = "NOT_HIDDEN";
  readonly messages: number;
  readonly reason: string | undefined;

  constructor(messages: number, reason: string | undefined) {
    super(`SQS did not change the visibility of ${messages} messages: ${reason}`);
    this.name = "NotHiddenError";
    this.messages = messages;
    this.reason = reason;
  }
}
