import { randomUUID } from "node:crypto";
import { isFifoQueue, type Queues, type ReceivedMessage } from "../emulators/queues.ts";
import { identityOf, type SeededDecisions } from "./seeded-decisions.ts";

/** Overtaken messages, second deliveries and late ones come within this time, in milliseconds. */
const WITHIN_MS = { reordering: 500, duplicates: 500, lateRedelivery: 2_000 } as const;

/** So many received messages are remembered for a late redelivery. */
const MOST_REMEMBERED = 10_000;

interface Later {
  readonly message: ReceivedMessage;
  readonly dueAt: number;
  /** False for a second delivery, which the queue itself knows nothing of. */
  readonly isHeld: boolean;
}

/**
 * The queues as their mappings see them, with faults of standard queues (AWS: standard queues, at-least-once delivery, best-effort
 * ordering): a message is held back while others overtake it, is delivered a second time while the first delivery is under way, or
 * comes again after it was deleted. FIFO queues have none of these. Second deliveries live in memory alone; what lies in the queue stays there until it is deleted.
 */
export function createFaultyQueues(inner: Queues, decisions: SeededDecisions): Queues {
  const later = new Map<string, Later[]>();
  const remembered = new Map<string, ReceivedMessage>();

  const waitingIn = (queueArn: string): Later[] => {
    const found = later.get(queueArn) ?? [];
    later.set(queueArn, found);
    return found;
  };

  function put(queueArn: string, kind: keyof typeof WITHIN_MS, message: ReceivedMessage): void {
    const isHeld = kind === "reordering";
    const count = Number(message.attributes["ApproximateReceiveCount"]) + 1;
    const again = {
      ...message,
      receiptHandle: randomUUID(),
      attributes: { ...message.attributes, ApproximateReceiveCount: String(count) },
    };
    const waitMs = decisions.number("wait", kind, identityOf(message.body)) * WITHIN_MS[kind];
    waitingIn(queueArn).push({ message: isHeld ? message : again, dueAt: Date.now() + waitMs, isHeld });
  }

  function takeDue(queueArn: string, max: number): ReceivedMessage[] {
    const now = Date.now();
    const waiting = waitingIn(queueArn);
    const due = waiting.filter(({ dueAt }) => dueAt <= now).slice(0, max);
    later.set(
      queueArn,
      waiting.filter((each) => !due.includes(each)),
    );
    return due.map(({ message }) => message);
  }

  function remember(message: ReceivedMessage): void {
    remembered.set(message.receiptHandle, message);
    const oldest = remembered.keys().next().value;
    if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  }

  return {
    ...inner,
    receive(queueArn, max, options) {
      if (isFifoQueue(queueArn)) return inner.receive(queueArn, max, options);
      const messages = takeDue(queueArn, max);
      const received = inner.receive(queueArn, max - messages.length, options);
      if (decisions.quiet) return [...messages, ...received];
      for (const message of received) {
        const record = identityOf(message.body);
        remember(message);
        if (decisions.happens("duplicates", "sqs", queueArn, record)) put(queueArn, "duplicates", message);
        if (decisions.happens("reordering", "sqs", queueArn, record)) put(queueArn, "reordering", message);
        else messages.push(message);
      }
      return messages;
    },
    async waitForMessage(queueArn, timeoutMs, signal) {
      const next = Math.min(...waitingIn(queueArn).map(({ dueAt }) => dueAt));
      const untilNextMs = Math.max(0, next - Date.now());
      if (untilNextMs > 0) await inner.waitForMessage(queueArn, Math.min(timeoutMs, untilNextMs), signal);
    },
    delete(queueArn, receiptHandles) {
      inner.delete(queueArn, receiptHandles);
      for (const handle of receiptHandles) {
        const message = remembered.get(handle);
        remembered.delete(handle);
        if (message === undefined) continue;
        if (decisions.happens("lateRedelivery", "sqs", queueArn, identityOf(message.body)))
          put(queueArn, "lateRedelivery", message);
      }
    },
    depth(queueArn) {
      const depth = inner.depth(queueArn);
      return { ...depth, visible: depth.visible + waitingIn(queueArn).filter(({ isHeld }) => !isHeld).length };
    },
  };
}
