import { sampleS3Record } from "@doorbell/aws-events/testing";
import { memoryStore } from "@doorbell/idempotency/memory-store";
import type { ItemStore } from "@doorbell/idempotency/store";
import { quotingStore } from "../../packages/idempotency/test/quoting-store.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type Change, streamRecord, watchedStore } from "./change-stream.ts";
import { EVENT_FAULTS, Fate, type Fault } from "./fate.ts";
import { differences, type Differences } from "./differences.ts";
import { filesOf, type History, messagesOf, type PlannedFile } from "./history.ts";
import { sqsRecord, StandardQueue } from "./queue.ts";
import { changeAudit, NAMES, orderQueue, type Stores, uploadIngest } from "./services.ts";
import { VirtualTime } from "./virtual-time.ts";
import { invoke, type World } from "./worker.ts";

/** What came of a run. */
export interface RunResult extends Differences {
  /** Records that were handed to the three handlers, the repeated ones included. */
  readonly deliveries: number;
  /** Messages and events that were delivered twice though nothing had failed. */
  readonly duplicates: number;
  readonly crashes: number;
  readonly timeouts: number;
  readonly outages: number;
  readonly faults: readonly Fault[];
}

/** What is different from the pipeline as it is, to see that a defect shows. */
export interface RunOptions {
  readonly weaken?: (store: ItemStore) => ItemStore;
}

/** Everything is sent within this time. */
const SENDING_MS = 300_000;
/** From when to when, after the beginning, a service is away. */
const OUTAGES = [
  { service: "dynamodb", fromMs: 60_000, untilMs: 150_000 },
  { service: "sqs", fromMs: 200_000, untilMs: 260_000 },
] as const;
/** As `infra/` sets them. */
const ORDER_QUEUE_MS = 30_000;
const QUEUE = { visibilityMs: 6 * ORDER_QUEUE_MS, maxReceives: 5 };
const ORDERS_BATCH = 10;
const ORDERS_CONCURRENCY = 5;
const STREAM_BATCH = 100;
const STREAM_LANES = 4;
const STREAM_RETRIES = 10;
const AUDIT_MS = 60_000;
const UPLOAD_MS = 900_000;
/** Before the second and the third try of an asynchronous event. */
const ASYNC_PAUSES_MS = [60_000, 120_000];
/** An operator who has looked so often and still finds work finds it for ever. */
const MAX_ROUNDS = 30;

/** Runs a history to its end, in virtual time, and compares what is stored with what was sent. */
export async function runHistory(history: History, { weaken = (store) => store }: RunOptions = {}): Promise<RunResult> {
  const time = new VirtualTime();
  const random = seededRandom(history.seed);
  const world: World = {
    time,
    fate: new Fate(history.seed, history.faults),
    outages: OUTAGES.map((out) => ({ ...out, fromMs: time.now() + out.fromMs, untilMs: time.now() + out.untilMs })),
    counts: { crashes: 0, deliveries: 0, duplicates: 0, timeouts: 0 },
  };
  const files = filesOf(history);
  const changes: Change[] = [];
  const memory = memoryStore();
  // AWS may quote with a failed condition what it met: in every other history it does.
  const answers = world.fate.drawAt("quotes") < 0.5 ? memory : quotingStore(memory);
  const stores: Stores = {
    items: watchedStore(weaken(answers), (change) => {
      if (change.ref.table !== NAMES.leases) changes.push(change);
      if (change.ref.table === NAMES.orders) stream.push(change);
    }),
    queue: new StandardQueue(world, QUEUE),
    files: new Map(files.map(({ key, lines }) => [key, Buffer.from(`${lines.join("\n")}\n`)])),
    receipts: new Map(),
    rejects: new Map(),
    parkedChanges: [],
  };
  const uploads = new Uploads(world, stores);
  const stream = new Stream(world, stores);
  const rounds = await time.run(
    () => random.below(2 ** 30) / 2 ** 30,
    async () => {
      for (const file of files) later(world, `file ${file.key}`, () => uploads.created(file));
      for (const body of messagesOf(history)) later(world, `message ${body}`, () => stores.queue.send(body));
      followQueue(world, stores);
      await time.sleep(SENDING_MS);
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        while (!stores.queue.isEmpty || uploads.running > 0 || stream.behind > 0) await time.sleep(1_000);
        await time.sleep(60_000); // whatever is on its way still
        if (!stores.queue.isEmpty || uploads.running > 0 || stream.behind > 0) continue;
        if (sendBack(stores, uploads, stream) === 0) return round;
      }
      return MAX_ROUNDS;
    },
  );
  const { deliveries, duplicates, crashes, timeouts } = world.counts;
  const found = await differences(history, { memory, changes, stores });
  if (rounds === MAX_ROUNDS) found.lost.push("an operator sends the same work back for ever");
  return { ...found, deliveries, duplicates, crashes, timeouts, outages: OUTAGES.length, faults: world.fate.fired };
}

function later({ time, fate }: World, name: string, act: () => void): void {
  time.after(fate.drawAt(name) * SENDING_MS, act);
}

/** What an operator does about what failed too often: sends it again. Says how much that was. */
function sendBack({ queue }: Stores, uploads: Uploads, stream: Stream): number {
  const dead = queue.deadLetters.splice(0);
  const moved = dead.filter(({ reason }) => reason === undefined);
  queue.deadLetters.push(...dead.filter(({ reason }) => reason !== undefined));
  for (const { body } of moved) queue.send(body);
  return moved.length + uploads.sendBack() + stream.sendBack();
}

/** The event source mapping of the orders queue. */
function followQueue(world: World, stores: Stores): void {
  const { time, fate, counts } = world;
  const { queue } = stores;
  const poll = async () => {
    for (;;) {
      const messages = queue.receive(ORDERS_BATCH);
      const [first] = messages;
      if (first === undefined) {
        await time.sleep(100 + 100 * fate.drawAt(`poll ${time.now()}`));
        continue;
      }
      counts.deliveries += messages.length;
      const name = `order-queue ${first.id}#${first.receives}`;
      const event = { Records: messages.map(sqsRecord) };
      const ended = await invoke(
        world,
        { name, functionName: "order-queue", timeoutMs: ORDER_QUEUE_MS },
        (worker, context) => orderQueue(stores, worker)(event, context),
      );
      if (ended.kind === "failed") continue;
      const failed = new Set(ended.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const message of messages) if (!failed.has(message.id)) queue.delete(message);
    }
  };
  for (let poller = 0; poller < ORDERS_CONCURRENCY; poller += 1) void poll();
}

/** The bucket's notifications: asynchronous invocations, three tries each, and then the failure queue. */
class Uploads {
  running = 0;
  #failed: PlannedFile[] = [];
  readonly #world: World;
  readonly #stores: Stores;
  #events = 0;

  constructor(world: World, stores: Stores) {
    this.#world = world;
    this.#stores = stores;
  }

  created(file: PlannedFile): void {
    void this.#deliver(file);
    const again = this.#world.fate.faultAt(`event ${file.key}`, EVENT_FAULTS);
    if (again === undefined) return;
    this.#world.counts.duplicates += 1;
    this.running += 1;
    this.#world.time.after(again.ms, () => {
      this.running -= 1;
      void this.#deliver(file);
    });
  }

  sendBack(): number {
    const failed = this.#failed.splice(0);
    for (const file of failed) void this.#deliver(file);
    return failed.length;
  }

  async #deliver(file: PlannedFile): Promise<void> {
    this.running += 1;
    const event = `upload-ingest ${file.key}#${(this.#events += 1)}`;
    const object = { key: file.key, size: this.#stores.files.get(file.key)?.length ?? 0, eTag: "9f86d081" };
    const record = sampleS3Record(object);
    const s3Event = { Records: [{ ...record, s3: { ...record.s3, bucket: { name: NAMES.uploads } } }] };
    for (let attempt = 0; ; attempt += 1) {
      this.#world.counts.deliveries += 1;
      const about = { name: `${event}.${attempt}`, functionName: "upload-ingest", timeoutMs: UPLOAD_MS };
      const { kind } = await invoke(this.#world, about, (worker, context) =>
        uploadIngest(this.#stores, worker)(s3Event, context),
      );
      if (kind === "answered") break;
      const pauseMs = ASYNC_PAUSES_MS[attempt];
      if (pauseMs === undefined) {
        this.#failed.push(file);
        break;
      }
      await this.#world.time.sleep(pauseMs);
    }
    this.running -= 1;
  }
}

/** A shard's part of the keys, or a quarter of it: what is invoked in order. */
interface Lane {
  readonly records: { readonly name: string; readonly record: object }[];
  isRunning: boolean;
}

/** The stream of the orders table and its mapping: lanes by key, in order, from the lowest failure again, and at last given up. */
class Stream {
  /** Records that are not handled yet. */
  behind = 0;
  #sequence = 0;
  #givenUp: object[][] = [];
  readonly #lanes: Lane[];
  readonly #world: World;
  readonly #stores: Stores;

  constructor(world: World, stores: Stores) {
    this.#world = world;
    this.#stores = stores;
    this.#lanes = Array.from({ length: STREAM_LANES }, () => ({ records: [], isRunning: false }));
  }

  push(change: Change): void {
    const id = String(change.ref.key["id"]);
    const lane = this.#lanes[sum(id) % STREAM_LANES];
    if (lane === undefined) return;
    this.behind += 1;
    const record = streamRecord(change, (this.#sequence += 1), this.#world.time.now());
    lane.records.push({ name: `${id}@${Number(change.after?.["version"])}`, record });
    if (!lane.isRunning) void this.#follow(lane);
  }

  sendBack(): number {
    const givenUp = this.#givenUp.splice(0);
    for (const records of givenUp) void this.#deliverAgain(records);
    return givenUp.length;
  }

  async #deliverAgain(records: object[]): Promise<void> {
    this.behind += records.length;
    const ended = await this.#invoke(`sent back ${(this.#sequence += 1)}`, records);
    this.behind -= records.length;
    if (ended.kind === "failed" || ended.result.batchItemFailures.length > 0) this.#givenUp.push(records);
  }

  async #follow(lane: Lane): Promise<void> {
    lane.isRunning = true;
    await this.#world.time.sleep(50);
    for (let tries = 0; lane.records.length > 0;) {
      const batch = lane.records.slice(0, STREAM_BATCH);
      const name = `${batch[0]?.name}#${tries}`;
      const ended = await this.#invoke(
        name,
        batch.map(({ record }) => record),
      );
      const handled = ended.kind === "failed" ? 0 : handledOf(batch, ended.result.batchItemFailures);
      lane.records.splice(0, handled);
      this.behind -= handled;
      tries = handled > 0 ? 0 : tries + 1;
      if (tries <= STREAM_RETRIES) {
        if (tries > 0) await this.#world.time.sleep(500 * 2 ** Math.min(tries, 6));
        continue;
      }
      // Bisected down to the one that fails.
      const [first] = lane.records.splice(0, 1);
      if (first !== undefined) this.#givenUp.push([first.record]);
      this.behind -= 1;
      tries = 0;
    }
    lane.isRunning = false;
  }

  async #invoke(name: string, records: readonly object[]) {
    this.#world.counts.deliveries += records.length;
    const about = { name: `change-audit ${name}`, functionName: "change-audit", timeoutMs: AUDIT_MS };
    return invoke(this.#world, about, (worker, context) =>
      changeAudit(this.#stores, worker)({ Records: records }, context),
    );
  }
}

/** Records before the lowest that was reported. */
function handledOf(
  batch: readonly { readonly record: object }[],
  failures: readonly { readonly itemIdentifier: string }[],
): number {
  const [lowest] = failures;
  if (lowest === undefined) return batch.length;
  const at = batch.findIndex(({ record }) => JSON.stringify(record).includes(`"${lowest.itemIdentifier}"`));
  return at < 0 ? 0 : at;
}

function sum(text: string): number {
  let total = 0;
  for (let at = 0; at < text.length; at += 1) total += text.charCodeAt(at);
  return total;
}
