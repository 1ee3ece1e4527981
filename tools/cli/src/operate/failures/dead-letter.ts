import { GetQueueAttributesCommand, type Message, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { readParkedMessage, senderAttributes } from "@doorbell/batch/sqs-parking";
import * as v from "valibot";
import type { Failure } from "./failure.ts";
import type { PlaceWords } from "./failure-hooks.ts";
import type { SourceQueue } from "./failure-places.ts";
import { parseJson } from "../../parse-json.ts";

const redrivePolicySchema = v.looseObject({ maxReceiveCount: v.pipe(v.unknown(), v.transform(Number), v.number()) });

/** What a message of a dead-letter queue says of itself; `service` listens to the queue that it came from. */
export function deadLetterFailure(
  id: string,
  message: Message,
  { words, service, maxReceiveCount }: { words: PlaceWords; service?: string; maxReceiveCount?: number },
): Failure {
  const parked = readParkedMessage(message);
  const common = { id, place: words.place, what: words.about(message.Body ?? "") ?? "a message" };
  if (parked !== undefined) {
    const { reason, receiveCount, parkedAt, sentAt: firstAt = parkedAt } = parked;
    return {
      ...common,
      kind: words.kind("message-rejected"),
      reason,
      ...(receiveCount !== undefined && { attempts: receiveCount }),
      ...(firstAt !== undefined && { firstAt }),
      ...(parkedAt !== undefined && { lastAt: parkedAt }),
      facts: factsOf({ "message id": parked.messageId, service: parked.service }),
    };
  }
  const sentAt = Number(message.Attributes?.SentTimestamp ?? Number.NaN);
  const times = timesOf(maxReceiveCount);
  const log = service === undefined ? "" : `; the log of ${service} says why`;
  return {
    ...common,
    kind: words.kind("message-exhausted"),
    reason: `received ${times} and never handled${log}`,
    ...(maxReceiveCount !== undefined && { attempts: maxReceiveCount }),
    // SQS keeps the first time of sending when it moves a message to the DLQ.
    ...(Number.isFinite(sentAt) && { firstAt: new Date(sentAt).toISOString() }),
    facts: factsOf({ "message id": id, service }),
  };
}

function timesOf(count: number | undefined): string {
  if (count === undefined) return "as often as the queue allows";
  return count === 1 ? "once" : `${count} times`;
}

/** The id that the message had in its source queue. SQS keeps it where it moves the message itself; parking writes it down. */
export function deliveryIdOf(id: string, message: Message): string | undefined {
  const parked = readParkedMessage(message);
  return parked === undefined ? id : parked.messageId;
}

/** A queue whose messages end in a dead-letter queue, as it is at the moment. */
export interface OpenQueue extends SourceQueue {
  readonly url: string;
  /** How often it hands out a message before it moves it. */
  readonly maxReceiveCount?: number;
}

/**
 * The queue that a message came from. SQS names it where it moved the message itself; of one that was parked only the service is
 * known, which may listen to several. Undefined where that leaves more than one.
 */
export function sourceQueueOf(message: Message, sources: readonly OpenQueue[]): OpenQueue | undefined {
  if (sources.length === 1) return sources[0];
  const arn = message.Attributes?.DeadLetterQueueSourceArn;
  if (arn !== undefined) return sources.find(({ url }) => url.split("/").at(-1) === arn.split(":").at(-1));
  const service = readParkedMessage(message)?.service;
  const [only, ...others] = sources.filter((source) => source.service === service);
  return service === undefined || others.length > 0 ? undefined : only;
}

/** Sends a message to its source queue, body untouched and without what parking added. Answers its new id. */
export async function sendToSource(
  sqs: SQSClient,
  { url, fifo }: { readonly url: string; readonly fifo: boolean },
  message: Message,
): Promise<string | undefined> {
  const { MessageId } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: message.Body,
      MessageAttributes: senderAttributes(message),
      // Of a standard queue too, which is fair to groups.
      MessageGroupId: message.Attributes?.MessageGroupId,
      // Under its own deduplication id SQS would take it for the one that it has delivered.
      ...(fifo && { MessageDeduplicationId: `redrive-${message.MessageId}` }),
    }),
  );
  return MessageId;
}

/** How often a queue hands out a message before it moves it to its dead-letter queue. */
export async function maxReceives(sqs: SQSClient, queueUrl: string): Promise<number | undefined> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["RedrivePolicy"] }),
  );
  const policy = v.safeParse(redrivePolicySchema, parseJson(Attributes?.RedrivePolicy ?? ""));
  return policy.success ? policy.output.maxReceiveCount : undefined;
}

function factsOf(facts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
