import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** A message seen by a look is hidden for so long, and for as long as the look goes on; a killed look gives it back after that. */
export const HIDDEN_SECONDS = 15;
/** The most messages of one queue that a look holds. SQS allows 120,000 in flight. */
export const MAX_HELD = 10_000;
/** A receive may bring a single message, or one that was seen before. */
const MAX_RECEIVES = 2 * MAX_HELD;
/** Calls at a time, each for ten messages, that keep messages hidden. */
const RENEWALS_AT_ONCE = 10;

/** A message that is hidden from others until the look ends. */
export interface HeldMessage {
  readonly id: string;
  readonly message: Message;
  remove(): Promise<void>;
}

/**
 * Every message of a queue once, without taking it out. SQS has no way to look but to receive, so each message is hidden while the
 * look goes on and made visible again at its end, however that comes. A look counts as a receive, which does a dead-letter queue no
 * harm: it has no dead-letter queue of its own. Messages that others hold are not seen.
 */
export async function* heldMessages(sqs: SQSClient, queueUrl: string): AsyncGenerator<HeldMessage> {
  const handles = new Map<string, string>();
  const seen = new Set<string>();
  const hide = (seconds: number) => changeVisibility(sqs, queueUrl, [...handles.values()], seconds);
  let renewing = Promise.resolve();
  const renewal = setInterval(() => {
    // A message whose renewal fails comes back and is held again, not seen twice.
    renewing = hide(HIDDEN_SECONDS).catch(() => {});
  }, HIDDEN_SECONDS * 333);
  try {
    for (let receives = 0; receives < MAX_RECEIVES && handles.size < MAX_HELD; receives += 1) {
      const messages = await receive(sqs, queueUrl);
      if (messages.length === 0) return;
      for (const { id, handle } of messages) handles.set(id, handle);
      for (const { id, message } of messages) {
        if (seen.has(id)) continue;
        seen.add(id);
        yield {
          id,
          message,
          remove: async () => {
            await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: handles.get(id) }));
            handles.delete(id);
          },
        };
      }
    }
  } finally {
    clearInterval(renewal);
    await renewing;
    await hide(0);
  }
}

/** About how many messages of a queue are hidden: received, and neither deleted nor come back. */
export async function hiddenMessages(sqs: SQSClient, queueUrl: string): Promise<number> {
  const name = "ApproximateNumberOfMessagesNotVisible";
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }));
  return Number(Attributes?.[name] ?? 0);
}

async function receive(
  sqs: SQSClient,
  queueUrl: string,
): Promise<readonly { id: string; handle: string; message: Message }[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: HIDDEN_SECONDS,
      // Long polling asks every server of SQS, so an empty answer means that nothing is left.
      WaitTimeSeconds: 1,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    }),
  );
  return Messages.flatMap((message) =>
    message.MessageId === undefined || message.ReceiptHandle === undefined
      ? []
      : [{ id: message.MessageId, handle: message.ReceiptHandle, message }],
  );
}

async function changeVisibility(
  sqs: SQSClient,
  queueUrl: string,
  handles: readonly string[],
  seconds: number,
): Promise<void> {
  const calls: ChangeMessageVisibilityBatchCommand[] = [];
  for (let from = 0; from < handles.length; from += 10)
    calls.push(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: handles
          .slice(from, from + 10)
          .map((handle, index) => ({ Id: String(index), ReceiptHandle: handle, VisibilityTimeout: seconds })),
      }),
    );
  for (let from = 0; from < calls.length; from += RENEWALS_AT_ONCE)
    await Promise.all(calls.slice(from, from + RENEWALS_AT_ONCE).map((call) => sqs.send(call)));
}
