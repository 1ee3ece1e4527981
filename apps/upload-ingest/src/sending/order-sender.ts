import { setTimeout as delay } from "node:timers/promises";
import { fullJitter } from "@doorbell/idempotency/backoff";
import { BATCH_BYTES, BATCH_ENTRIES, BATCHES_IN_FLIGHT } from "../limits.ts";
import type { OrdersOutlet } from "./orders-outlet.ts";
import type { Line } from "../order-file/reject.ts";

/** An order's event as JSON, and what is needed of the order if that cannot be sent. */
export interface OutgoingOrder {
  readonly body: string;
  readonly orderId: string;
  readonly lines: readonly Line[];
}

/** What a sender needs. */
export interface OrderSenderOptions {
  readonly outlet: OrdersOutlet;
  /** So many of the first orders were sent and acknowledged by an earlier run, and are passed over. */
  readonly alreadySent: number;
  /** Milliseconds until sending must end. */
  readonly remainingMs: () => number;
  /** Told of every order that the outlet will never take. Awaited; no batch counts as settled before. */
  readonly onUnsendable: (order: OutgoingOrder, reason: string) => Promise<void>;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/**
 * Sends orders in batches, a few under way at a time; `send` waits while there are too many. Messages that failed are sent again
 * after a pause with full jitter, until the time is up. A message may be sent twice, always with the same event id.
 */
export class OrderSender {
  readonly #options: OrderSenderOptions;
  readonly #random: () => number;
  /** The batches under way, each with the position of its first order. */
  readonly #inFlight = new Map<Promise<void>, number>();
  #batch: OutgoingOrder[] = [];
  #batchBytes = 0;
  #taken = 0;
  /** Position of the first order that was rejected or not sent: no checkpoint goes past it. */
  #firstUnsent = Number.POSITIVE_INFINITY;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: OrderSenderOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Orders so far, those passed over and those rejected among them. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * The checkpoint: of so many orders, counted from the first, every one was acknowledged, now or by an earlier run. It stays
   * before the first rejected order, so that a repeated run comes to reject and report it again.
   */
  get acknowledged(): number {
    return Math.min(this.#firstUnsent, this.#taken - this.#batch.length, ...this.#inFlight.values());
  }

  /** Takes orders in the file's order. @throws what sending threw, SendingUnfinished when the time is up */
  async send(orders: readonly OutgoingOrder[]): Promise<void> {
    for (const order of orders) {
      if (this.#taken++ < this.#options.alreadySent) continue;
      const bytes = Buffer.byteLength(order.body);
      if (this.#batch.length === BATCH_ENTRIES || this.#batchBytes + bytes > BATCH_BYTES) await this.#dispatch(1);
      this.#batch.push(order);
      this.#batchBytes += bytes;
    }
  }

  /** Sends what is left and returns when everything is acknowledged or rejected. @throws like `send` */
  async drain(): Promise<void> {
    await this.#dispatch(0);
    await this.settle();
    this.#throwFailure();
  }

  /** Returns when no batch is under way any longer, however they ended. Never throws. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.keys());
  }

  /** `reserved` orders are taken already and not in the batch yet. */
  async #dispatch(reserved: number): Promise<void> {
    while (this.#inFlight.size >= BATCHES_IN_FLIGHT) await Promise.race(this.#inFlight.keys());
    this.#throwFailure();
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    const first = this.#taken - reserved - batch.length;
    this.#batch = [];
    this.#batchBytes = 0;
    const delivery = this.#deliver(batch, first)
      .catch((error: unknown) => {
        this.#firstUnsent = Math.min(this.#firstUnsent, first);
        this.#failure ??= { error };
      })
      .finally(() => this.#inFlight.delete(delivery));
    this.#inFlight.set(delivery, first);
  }

  async #deliver(batch: readonly OutgoingOrder[], first: number): Promise<void> {
    let waiting = batch;
    for (let attempt = 1; ; attempt++) {
      const results = await this.#options.outlet.send(waiting.map(({ body }) => body));
      const failed: OutgoingOrder[] = [];
      let lastError: unknown;
      for (const [index, outgoing] of waiting.entries()) {
        const result = results[index];
        if (result?.kind === "sent") continue;
        if (result?.kind === "rejected") {
          this.#firstUnsent = Math.min(this.#firstUnsent, first);
          await this.#options.onUnsendable(outgoing, result.reason);
          continue;
        }
        failed.push(outgoing);
        lastError = result?.error;
      }
      if (failed.length === 0) return;
      const pauseMs = fullJitter(attempt, this.#random);
      if (pauseMs >= this.#options.remainingMs())
        throw new SendingUnfinished({ orders: failed.length, cause: lastError });
      await delay(pauseMs);
      waiting = failed;
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** The time was up before the outlet had taken every order. */
export class SendingUnfinished extends Error {
  readonly code = "SENDING_UNFINISHED";
  readonly orders: number;

  constructor(facts: { orders: number; cause: unknown }) {
    super(`${facts.orders} orders could not be sent in time`, { cause: facts.cause });
    this.name = "SendingUnfinished";
    this.orders = facts.orders;
  }
}
