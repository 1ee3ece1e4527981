/** What SQS keeps a message for at most, in seconds. */
const LONGEST_SECONDS = 14 * 24 * 3600;

/**
 * Receives after which the queue gives a message up. An outage of four hours takes 36 at most where everything that fails comes back
 * later and later (`mostReceives` of @doorbell/batch: at 0, 15, 45, 105, 225 and 465 s, then every 450 s at the soonest). The rest is for
 * receives that count and try nothing, such as those of throttled invocations. What can never succeed is parked at its first receive
 * and needs none of them; a message that crashes the function comes back every visibility timeout, for two and a half hours.
 */
const MAX_RECEIVES = 50;

/** Every queue that was made here, for the dashboard. */
export const queues: sst.aws.Queue[] = [];

/** A queue for what could not be handled, from where an operator reads it and sends it back: kept for 14 days, encrypted. */
export function failureQueue(component: string, { fifo = false }: { readonly fifo?: boolean } = {}): sst.aws.Queue {
  return madeQueue(component, {
    ...(fifo && { fifo }),
    transform: { queue: { messageRetentionSeconds: LONGEST_SECONDS, sqsManagedSseEnabled: true } },
  });
}

/** How a queue gives its messages to a function. */
interface WorkQueueArgs {
  /** The timeout of the function that answers, in seconds. */
  readonly timeoutSeconds: number;
  /** How long Lambda gathers a batch, in seconds; 0 by default, and always for a FIFO queue. */
  readonly windowSeconds?: number;
  /** Messages of one group stay in order; its dead-letter queue is a FIFO queue, too. */
  readonly fifo?: boolean;
}

/**
 * A queue and its dead-letter queue, `<component>Dlq`.
 *
 * The visibility timeout is six times the function's, plus the batching window, as AWS advises: a throttled batch is
 * retried within it and is not handed to a second environment meanwhile. Messages keep their original send time when they move to the dead-letter queue, so that one keeps
 * them for longer than this one, which is four days.
 */
export function workQueue(component: string, { timeoutSeconds, windowSeconds = 0, fifo = false }: WorkQueueArgs) {
  const dlq = failureQueue(`${component}Dlq`, { fifo });
  const queue = madeQueue(component, {
    ...(fifo && { fifo }),
    visibilityTimeout: `${6 * timeoutSeconds + windowSeconds} seconds`,
    dlq: { queue: dlq.arn, retry: MAX_RECEIVES },
    transform: { queue: { messageRetentionSeconds: 4 * 24 * 3600, sqsManagedSseEnabled: true } },
  });
  // The DLQ takes messages from this queue alone, and may be redriven to it.
  // oxlint-disable-next-line no-new -- making it is all there is to it
  new aws.sqs.RedriveAllowPolicy(`${component}DlqRedrive`, {
    queueUrl: dlq.url,
    redriveAllowPolicy: $jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [queue.arn] }),
  });
  return { queue, dlq };
}

function madeQueue(component: string, args: sst.aws.QueueArgs): sst.aws.Queue {
  const queue = new sst.aws.Queue(component, args);
  queues.push(queue);
  return queue;
}
