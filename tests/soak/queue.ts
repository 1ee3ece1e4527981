import { hash } from "node:crypto";
import { sampleSqsRecord } from "@doorbell/aws-events/testing";
import { type Fault, MESSAGE_FAULTS } from "./fate.ts";
import type { World } from "./worker.ts";

/** A message, once it was sent. */
interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  receives: number;
  isDeleted: boolean;
}

/** A message in a dead-letter queue: parked by a service, with a reason, or moved there by SQS, without. */
export interface DeadLetter {
  readonly body: string;
  readonly reason?: string;
}

/** What a standard queue of SQS is set to. */
export interface QueueSettings {
  readonly visibilityMs: number;
  readonly maxReceives: number;
}

/**
 * A standard queue of SQS: each message at least once and in any order; one that was received is hidden for the visibility timeout and
 * comes again unless it was deleted; received too often, it moves to the dead-letter queue. As AWS says of standard queues, a message
 * may now and then be handed out twice, or once more after it was deleted.
 */
export class StandardQueue {
  readonly deadLetters: DeadLetter[] = [];
  readonly #world: World;
  readonly #settings: QueueSettings;
  readonly #sent = new Map<string, number>();
  #visible: Message[] = [];
  /** Messages that are not deleted, and copies under way. */
  #open = 0;

  constructor(world: World, settings: QueueSettings) {
    this.#world = world;
    this.#settings = settings;
  }

  get isEmpty(): boolean {
    return this.#open === 0;
  }

  get visible(): number {
    return this.#visible.length;
  }

  send(body: string): void {
    const { time, fate } = this.#world;
    // Named for its body, so that it keeps its name, and its fate, where others are left out.
    const digest = hash("md5", body).slice(0, 12);
    const copies = (this.#sent.get(digest) ?? 0) + 1;
    this.#sent.set(digest, copies);
    const message = { id: `${digest}.${copies}`, body, sentAtMs: time.now(), receives: 0, isDeleted: false };
    this.#open += 1;
    for (const fault of this.#faultsOf(message)) {
      if (fault.kind === "reorder") return this.#showLater(message, fault.ms);
      this.#world.counts.duplicates += 1;
      this.#open += 1;
      if (fault.kind === "duplicate") this.#visible.push({ ...message });
      else this.#showLater({ ...message }, SOON_MS + fault.ms);
    }
    this.#visible.splice(Math.floor(fate.drawAt(`${message.id} place`) * (this.#visible.length + 1)), 0, message);
  }

  /** Up to `max` messages, which are hidden from now on. */
  receive(max: number): Message[] {
    const { time } = this.#world;
    const { visibilityMs, maxReceives } = this.#settings;
    const received: Message[] = [];
    const ids = new Set<string>();
    while (received.length < max) {
      const message = this.#visible.shift();
      if (message === undefined) break;
      if (message.isDeleted) continue;
      if (message.receives >= maxReceives) {
        this.deadLetters.push({ body: message.body });
        this.delete(message);
        continue;
      }
      // A batch never has a message twice.
      if (ids.has(message.id)) {
        this.#showLater(message, SOON_MS);
        continue;
      }
      ids.add(message.id);
      message.receives += 1;
      received.push(message);
      const { receives } = message;
      time.after(visibilityMs, () => {
        if (!message.isDeleted && message.receives === receives) this.#visible.push(message);
      });
    }
    return received;
  }

  delete(message: Message): void {
    if (message.isDeleted) return;
    message.isDeleted = true;
    this.#open -= 1;
  }

  #faultsOf({ id }: Message): Fault[] {
    const fault = this.#world.fate.faultAt(`message ${id}`, MESSAGE_FAULTS);
    return fault === undefined ? [] : [fault];
  }

  #showLater(message: Message, ms: number): void {
    this.#world.time.after(ms, () => void this.#visible.push(message));
  }
}

const SOON_MS = 1_000;

/** A record of an event of SQS. */
export function sqsRecord({ id, body, receives, sentAtMs }: Message): object {
  return sampleSqsRecord({
    messageId: id,
    body,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAtMs) },
  });
}
