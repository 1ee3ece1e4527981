import { SqsStore } from "fauxqs";
import { UnknownQueue, asMessageAttributes } from "./queues.ts";
import { giveBack } from "./release-in-flight.ts";
import type { SqsMessage, SqsQueue } from "fauxqs";
import type { QueueDefinition } from "../graph/graph.ts";
import type { Queues, ReceivedMessage } from "./queues.ts";

/** A queue's own receive gives ten at most, as the SQS API does. */
const MAX_RECEIVE = 10;

/** Of every message; there is one account. */
const SENDER = "000000000000";

/** The queues over fauxqs' queue store, created where they are not there yet, attributes brought up to date where they are. */
export function createQueues(store: SqsStore, definitions: readonly QueueDefinition[]): Queues {
  for (const definition of definitions) createQueue(store, definition);
  const find = (queueArn: string): SqsQueue => {
    const queue = store.getQueueByArn(queueArn);
    if (queue === undefined) throw new UnknownQueue(queueArn);
    return queue;
  };
  return {
    receive(queueArn, max, { visibilityMs }) {
      const queue = find(queueArn);
      const received: ReceivedMessage[] = [];
      while (received.length < max) {
        const wanted = Math.min(max - received.length, MAX_RECEIVE);
        const messages = queue.dequeue(wanted, visibilityMs / 1000, (arn) => store.getQueueByArn(arn));
        received.push(...messages.flatMap(({ ReceiptHandle }) => receivedMessage(queue, ReceiptHandle)));
        // Fewer than wanted may mean that some moved to the dead-letter queue, so look until there is none.
        if (messages.length === 0 && !hasVisible(queue)) break;
      }
      return received;
    },
    async waitForMessage(queueArn, timeoutMs, signal) {
      const queue = find(queueArn);
      queue.processTimers();
      if (signal.aborted || hasVisible(queue)) return;
      await waitOn(queue, timeoutMs, signal);
    },
    delete(queueArn, receiptHandles) {
      const queue = find(queueArn);
      for (const handle of receiptHandles) queue.deleteMessage(handle);
    },
    giveBack(queueArn, receiptHandles) {
      const queue = find(queueArn);
      for (const handle of receiptHandles) giveBack(queue, handle);
    },
    send(queueArn, { body, attributes, groupId }) {
      const queue = find(queueArn);
      const messageAttributes = Object.fromEntries(
        Object.entries(asMessageAttributes(attributes)).map(([name, { dataType, stringValue, binaryValue }]) => [
          name,
          {
            DataType: dataType,
            ...(stringValue !== undefined && { StringValue: stringValue }),
            ...(binaryValue !== undefined && { BinaryValue: binaryValue }),
          },
        ]),
      );
      const delaySeconds = Number(queue.attributes["DelaySeconds"]);
      const message = SqsStore.createMessage(body, messageAttributes, delaySeconds, groupId);
      if (queue.isFifo()) sendOnce(queue, message);
      else queue.enqueue(message);
    },
    oldestSentAt(queueArn) {
      const queue = find(queueArn);
      let oldest = Infinity;
      const look = (messages: Iterable<SqsMessage>): void => {
        for (const { sentTimestamp } of messages) if (sentTimestamp < oldest) oldest = sentTimestamp;
      };
      look(queue.messages);
      look(queue.delayedMessages);
      for (const messages of queue.fifoMessages.values()) look(messages);
      for (const messages of queue.fifoDelayed.values()) look(messages);
      for (const { message } of queue.inflightMessages.values()) look([message]);
      return oldest === Infinity ? undefined : oldest;
    },
    depth(queueArn) {
      const queue = find(queueArn);
      // Messages whose delay or visibility timeout has run out count as visible.
      queue.processTimers();
      return {
        visible: Number(queue.getAttribute("ApproximateNumberOfMessages")),
        inFlight: Number(queue.getAttribute("ApproximateNumberOfMessagesNotVisible")),
        delayed: Number(queue.getAttribute("ApproximateNumberOfMessagesDelayed")),
      };
    },
  };
}

function createQueue(store: SqsStore, definition: QueueDefinition): void {
  const attributes = {
    VisibilityTimeout: String(definition.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(definition.retentionSeconds),
    DelaySeconds: String(definition.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(definition.receiveWaitSeconds),
    MaximumMessageSize: String(definition.maximumMessageBytes),
    ...(definition.redrive !== undefined && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: definition.redrive.deadLetterArn,
        maxReceiveCount: definition.redrive.maxReceiveCount,
      }),
    }),
    ...definition.fifo,
  };
  const existing = store.getQueueByArn(definition.arn);
  if (existing === undefined) store.createQueue(definition.name, "", definition.arn, attributes);
  else existing.setAttributes(attributes);
}

/** As a queue with content-based deduplication takes it; who sends in this process names no other id. */
function sendOnce(queue: SqsQueue, message: SqsMessage): void {
  const group = message.messageGroupId ?? "default";
  const id = SqsStore.contentBasedDeduplicationId(message.body);
  const key = queue.deduplicationKey(id, group);
  if (queue.checkDeduplication(key).isDuplicate) return;
  queue.enqueueOnce(key, { ...message, messageGroupId: group, messageDeduplicationId: id });
}

function hasVisible(queue: SqsQueue): boolean {
  if (!queue.isFifo()) return queue.messages.length > 0;
  return [...queue.fifoMessages].some(([group, messages]) => messages.length > 0 && !queue.fifoLockedGroups.has(group));
}

/** The message as it lies in flight, with everything that SQS tells about it. */
function receivedMessage(queue: SqsQueue, receiptHandle: string): ReceivedMessage[] {
  const message = queue.inflightMessages.get(receiptHandle)?.message;
  if (message === undefined) return [];
  const attributes: Record<string, string> = {
    ApproximateReceiveCount: String(message.approximateReceiveCount),
    SentTimestamp: String(message.sentTimestamp),
    SenderId: SENDER,
    ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp),
    ...(message.messageGroupId !== undefined && { MessageGroupId: message.messageGroupId }),
    ...(message.messageDeduplicationId !== undefined && { MessageDeduplicationId: message.messageDeduplicationId }),
    ...(message.sequenceNumber !== undefined && { SequenceNumber: message.sequenceNumber }),
  };
  const messageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
      },
    ]),
  );
  return [
    {
      messageId: message.messageId,
      receiptHandle,
      body: message.body,
      md5OfBody: message.md5OfBody,
      ...(message.md5OfMessageAttributes !== "" && { md5OfMessageAttributes: message.md5OfMessageAttributes }),
      attributes,
      messageAttributes,
    },
  ];
}

/** Waits in the queue's own list of long polls, so that messages whose delay or visibility timeout runs out wake it, too. */
async function waitOn(queue: SqsQueue, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const woken = queue.waitForMessages(timeoutMs / 1000);
  const waiter = queue.pollWaiters.at(-1);
  const abandon = () => {
    if (waiter === undefined) return;
    clearTimeout(waiter.timer);
    queue.pollWaiters = queue.pollWaiters.filter((each) => each !== waiter);
    waiter.resolve();
  };
  signal.addEventListener("abort", abandon, { once: true });
  await woken;
  signal.removeEventListener("abort", abandon);
}
