import { setImmediate as turn } from "node:timers/promises";
import { cutToBytes } from "@doorbell/aws-events/describe-issues";
import type { Issue } from "@doorbell/aws-events/parsed";
import { FileBroken } from "./stored-object/file-broken.ts";
import { fileContents } from "./stored-object/file-contents.ts";
import type { Findings } from "./order-file/found-order.ts";
import { CHECKPOINT_ORDERS, ORDER_EVENT_BYTES, RAW_BYTES, REJECTED_LINES } from "./limits.ts";
import { orderEvent } from "./sending/order-event.ts";
import { OrderFile } from "./order-file/order-file.ts";
import { InvalidFile } from "./order-file/order-reader.ts";
import { OrderSender } from "./sending/order-sender.ts";
import type { OutgoingOrder } from "./sending/order-sender.ts";
import type { OrdersOutlet } from "./sending/orders-outlet.ts";
import type { Receipt } from "./records/receipts.ts";
import { ownText } from "./own-text.ts";
import { type Line, type Reject, reject } from "./order-file/reject.ts";
import type { RejectsWriter } from "./records/rejects.ts";
import type { Upload } from "./upload.ts";

/** How a file ended, as its receipt says it. */
export type Ingested = Pick<
  Receipt,
  "status" | "reason" | "format" | "lines" | "orders" | "rejectedLines" | "rejectsKey" | "sha256"
>;

/** What one run over a file needs. */
export interface FileRun {
  readonly upload: Upload;
  /** The bytes as stored. */
  readonly stored: AsyncIterable<Uint8Array>;
  readonly outlet: OrdersOutlet;
  readonly rejects: RejectsWriter;
  /** So many of the first orders were sent by an earlier run. */
  readonly checkpoint: number;
  readonly remainingMs: () => number;
  /** Aborted when the run must stop. */
  readonly signal: AbortSignal;
  /** Called after every `CHECKPOINT_ORDERS` acknowledged orders or so. */
  readonly saveCheckpoint: (checkpoint: number) => Promise<void>;
}

/**
 * Reads a file once, from its beginning: sends its orders, writes its rejects. Holds a few blocks of it at a time and reads no
 * faster than the orders are taken.
 *
 * @throws RunInterrupted where it was not read to its end and another run can do better
 */
export async function ingestFile(run: FileRun): Promise<Ingested> {
  const { upload, rejects, signal } = run;
  const contents = fileContents(run.stored);
  const file = new OrderFile();
  const sender = new OrderSender({
    outlet: run.outlet,
    alreadySent: run.checkpoint,
    remainingMs: run.remainingMs,
    onUnsendable: async (order, reason) => {
      unsendableOrders++;
      await write(rejectOrder(order, { path: "", expected: "an event that the queue takes", received: reason }));
    },
  });
  let saved = run.checkpoint;
  let rejectedLines = 0;
  let unsendableOrders = 0;
  let writing = Promise.resolve();

  try {
    const ending = await readToEnd();
    await sender.drain();
    const rejectsKey = await rejects.close();
    const sha256 = contents.sha256();
    return {
      ...ending,
      ...(file.format !== undefined && { format: file.format }),
      lines: file.lines,
      orders: sender.taken - unsendableOrders,
      rejectedLines,
      ...(rejectsKey !== undefined && { rejectsKey }),
      ...(sha256 !== undefined && { sha256 }),
    };
  } catch (error) {
    await sender.settle();
    await rejects.abandon().catch(() => {}); // S3 sweeps parts of an upload that was never completed
    throw new RunInterrupted({ checkpoint: sender.acknowledged, cause: error });
  }

  async function readToEnd(): Promise<Pick<Ingested, "status" | "reason">> {
    try {
      for await (const chunk of contents.chunks) {
        await take(file.push(chunk));
        if (rejectedLines > REJECTED_LINES) throw new FileBroken(`more than ${REJECTED_LINES} lines rejected`);
        await keepCheckpoint();
      }
      await take(file.end());
      return { status: "done" };
    } catch (error) {
      if (error instanceof InvalidFile) return { status: "refused", reason: error.reason };
      if (!(error instanceof FileBroken)) throw error;
      return cut(error.reason);
    }
  }

  async function cut(reason: string): Promise<Pick<Ingested, "status" | "reason">> {
    try {
      await take(file.cut(reason));
      return { status: "incomplete", reason };
    } catch (error) {
      if (error instanceof InvalidFile) return { status: "refused", reason: error.reason };
      throw error;
    }
  }

  async function take(steps: Iterable<Findings>): Promise<void> {
    for (const step of steps) {
      signal.throwIfAborted();
      await takeStep(step);
      await turn(); // or heartbeats, deadlines and answers would wait for the whole chunk
    }
  }

  async function takeStep({ orders, rejects: found }: Findings): Promise<void> {
    await write(found);
    const outgoing: OutgoingOrder[] = [];
    for (const order of orders) {
      const body = JSON.stringify(orderEvent(order, upload));
      const bytes = sizeIfLarge(body);
      const { orderId } = order.data;
      if (bytes > ORDER_EVENT_BYTES) await write(rejectOrder({ orderId, lines: order.lines }, tooLarge(bytes)));
      else outgoing.push({ body, orderId: ownText(orderId), lines: order.lines.map(kept) });
    }
    await sender.send(outgoing);
  }

  /** One after another: what the queue rejects is told while the file is read on. */
  async function write(found: readonly Reject[]): Promise<void> {
    if (found.length === 0) return;
    rejectedLines += found.length;
    const before = writing;
    writing = (async () => {
      await before;
      await rejects.write(found);
    })();
    await writing;
  }

  async function keepCheckpoint(): Promise<void> {
    const { acknowledged } = sender;
    if (acknowledged - saved < CHECKPOINT_ORDERS) return;
    saved = acknowledged;
    await run.saveCheckpoint(acknowledged);
  }
}

type RejectedOrder = Pick<OutgoingOrder, "orderId" | "lines">;

function rejectOrder({ orderId, lines }: RejectedOrder, issue: Issue): Reject[] {
  return lines.map((line) => reject(line, [issue], orderId));
}

/** What is kept of a line until its order has been sent: as much as a reject shows. */
function kept({ line, raw }: Line): Line {
  return { line, raw: ownText(cutToBytes(raw, RAW_BYTES)) };
}

/** Bytes of UTF-8, counted only where they may be too many: a character has at most three. */
function sizeIfLarge(body: string): number {
  return body.length * 3 <= ORDER_EVENT_BYTES ? 0 : Buffer.byteLength(body);
}

function tooLarge(bytes: number): Issue {
  return { path: "", expected: `an event of at most ${ORDER_EVENT_BYTES} bytes`, received: `${bytes} bytes` };
}

/** A run ended before its file did. Another one goes on after the first `checkpoint` orders. */
export class RunInterrupted extends Error {
  readonly code = "RUN_INTERRUPTED";
  readonly checkpoint: number;

  constructor(facts: { checkpoint: number; cause: unknown }) {
    super(`Interrupted after ${facts.checkpoint} orders`, { cause: facts.cause });
    this.name = "RunInterrupted";
    this.checkpoint = facts.checkpoint;
  }
}
