import type { SqsQueue, SqsStore } from "fauxqs";

/**
 * Makes visible what an earlier process held of these queues when it ended, and takes back that receive: the function never answered
 * for it, and it was this machine that failed. On AWS the pollers outlive such an end; here a message would otherwise wait out its
 * visibility timeout, and a machine that is switched off often would send it to the dead-letter queue unhandled.
 */
export function releaseInFlight(store: SqsStore, queueArns: readonly string[]): void {
  for (const queueArn of queueArns) {
    const queue = store.getQueueByArn(queueArn);
    if (queue === undefined) continue;
    for (const receiptHandle of queue.inflightMessages.keys()) giveBack(queue, receiptHandle);
  }
}

/** Makes a received message visible at once and takes back that receive; an unknown handle is passed over. */
export function giveBack(queue: SqsQueue, receiptHandle: string): void {
  const entry = queue.inflightMessages.get(receiptHandle);
  if (entry === undefined) return;
  const { message, visibilityDeadline } = entry;
  message.approximateReceiveCount -= 1;
  // What is made visible is not stored with its count.
  queue.persistence?.updateMessageInflight(
    message.messageId,
    receiptHandle,
    visibilityDeadline,
    message.approximateReceiveCount,
    message.approximateFirstReceiveTimestamp,
  );
  queue.changeVisibility(receiptHandle, 0);
}
