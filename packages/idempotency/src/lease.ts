import { randomUUID } from "node:crypto";
import { fullJitter } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type FailedOutcome, failedOutcome } from "./failed-outcome.ts";
import { fingerprint as fingerprintOf } from "./fingerprint.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { CompletionNotStored, LeaseLost, NotEnoughTime } from "./lease-errors.ts";
import { asOwner, firstClaim, type LeaseMarker, readMarker, renewal, standing, takeOver } from "./lease-marker.ts";
import { expiryAfter } from "./marker.ts";
import { MissingKey } from "./missing-key.ts";
import { packedStore } from "./packed-store.ts";
import { readItem } from "./read-item.ts";
import { resultText } from "./result-text.ts";
import type { ItemRef, ItemStore, Write, WriteResult } from "./store.ts";
import { StoreFailure } from "./store-failure.ts";

/** No lease is taken with less time than this left to the invocation: the work could not end within it. */
export const MIN_LEASE_MS = 1_000;

/** Where markers live and how long leases and markers last. */
export interface LeaseOptions {
  readonly store: ItemStore;
  /** A table with the partition key `id` and the time-to-live attribute `expiresAt`. */
  readonly table: string;
  /** How long a lease lasts without a heartbeat; it never goes past the invocation's own end. */
  readonly leaseMs: number;
  /** How long a marker is kept after its last change: longer than any duplicate may come late. */
  readonly ttlSeconds: number;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
  /** A fresh owner token; must never repeat. */
  readonly token?: () => string;
}

/** One piece of work: its key, what tells it from other work under the same key, and the time it has. */
export interface LeaseRequest {
  readonly key: string;
  /** See `fingerprint`. */
  readonly fingerprint: string;
  /** Milliseconds until the invocation ends. */
  readonly remainingMs: () => number;
  /**
   * How long to wait for a lease that another owner holds; 0, the default, answers `busy` at once. With {@link LeaseOptions.leaseMs} and
   * the margin for clock skew, a lease whose owner died is waited for to its end, and one that its owner renews is `busy`.
   */
  readonly maxWaitMs?: number;
}

/** What the work is given while it holds the lease. */
export interface LeaseHandle {
  /** Grows by one with each owner. Hand it to whatever the work writes to, so that it can turn an older owner away. */
  readonly fence: number;
  /** Aborted once the lease is lost or over; stop then, another owner may begin. */
  readonly signal: AbortSignal;
}

/** How a request ended. Only `applied` ran the work; a `duplicate` has a result where one was stored. */
export type LeaseOutcome<Result> =
  | { readonly kind: "applied"; readonly result: Result }
  | { readonly kind: "duplicate"; readonly result?: unknown }
  | { readonly kind: "busy"; readonly untilMs: number }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string };

/** What tells the work of records apart. */
export interface RecordIdentity<Value> {
  /** Which work it is; never empty. All services that use a table share its keys, so begin with the service's name. */
  readonly keyOf: (value: Value) => string;
  /** What the work is, by which a duplicate is told from a conflict: the fields that make two records the same. */
  readonly payloadOf: (value: Value) => unknown;
}

/** Runs work under leases. */
export interface Lease {
  /** By what records of one batch are to follow each other: the key; undefined where it cannot be told. */
  laneOf<Value>(identity: RecordIdentity<Value>, value: Value): string | undefined;
  /**
   * {@link run} for one record, as the handlers of `@doorbell/batch` ask it, which take a lease as `once: { by: lease, keyOf, payloadOf }`.
   * Never throws: what `run` would throw is the outcome. The work's signal is also that of the invocation.
   */
  runRecord<Value>(
    identity: RecordIdentity<Value>,
    value: Value,
    invocation: { readonly remainingMs: () => number; readonly signal: AbortSignal },
    work: (handle: LeaseHandle) => Promise<void>,
  ): Promise<LeaseOutcome<void> | FailedOutcome>;
  /**
   * @throws MissingKey, NotEnoughTime before the work; LeaseLost, CompletionNotStored after it; StoreFailure when the
   * store fails for good; the work's own error, after the lease was released
   */
  run<Result>(request: LeaseRequest, work: (handle: LeaseHandle) => Promise<Result>): Promise<LeaseOutcome<Result>>;
}

type Claimed = { readonly kind: "claimed"; readonly fence: number; readonly untilMs: number };
type Met = Exclude<LeaseOutcome<never>, { kind: "applied" }>;

/**
 * The **lease** strategy: the effect is outside DynamoDB.
 *
 * Guarantee: no two owners hold a valid lease at a time; work whose completion is stored never runs again; work that
 * crashed, or whose completion could not be stored, **may run twice** once its lease is over, the second time with a
 * greater fencing number. A late zombie can neither complete nor release. The signal is aborted at the end of the lease,
 * whatever a call is doing; work that goes on beside it is no longer alone. Cost of a new key: 2 write units, 2 calls,
 * and one of each per heartbeat. What is asked in one turn of the event loop shares a call, up to 25 records in each: ten
 * records that are claimed together, and completed together, cost 2 calls.
 *
 * Limits: the greater number holds while the marker lives, so `ttlSeconds` must outlast any worker.
 *
 * ```ts
 * const lease = createLease({ store, table, leaseMs: 60_000, ttlSeconds: 7 * 86_400 });
 * const outcome = await lease.run({ key, fingerprint, remainingMs }, async ({ fence, signal }) => send(fence, signal));
 * ```
 */
export function createLease(options: LeaseOptions): Lease {
  const run = leaseOver({ ...options, store: packedStore(options.store) });
  return {
    run,
    laneOf({ keyOf }, value) {
      try {
        return keyOf(value);
      } catch {
        return undefined; // an error of the record's own work, which asks for the key again
      }
    },
    async runRecord({ keyOf, payloadOf }, value, { remainingMs, signal }, work) {
      try {
        const request = { key: keyOf(value), fingerprint: fingerprintOf(payloadOf(value)), remainingMs };
        return await run(request, ({ fence, signal: own }) => work({ fence, signal: AbortSignal.any([signal, own]) }));
      } catch (error) {
        return failedOutcome(error);
      }
    },
  };
}

function leaseOver(options: LeaseOptions): Lease["run"] {
  const { store, table, leaseMs, ttlSeconds, clock = systemClock, random = Math.random, token = randomUUID } = options;

  return run;

  async function run<Result>(
    request: LeaseRequest,
    work: (handle: LeaseHandle) => Promise<Result>,
  ): Promise<LeaseOutcome<Result>> {
    const { key, fingerprint, remainingMs } = request;
    if (key === "") throw new MissingKey("key");
    if (fingerprint === "") throw new MissingKey("fingerprint");
    const owner = token();
    const ref = { table, key: { id: key } };
    const claimed = await claim(ref, owner, request);
    if (claimed.kind !== "claimed") return claimed;
    const { fence } = claimed;

    const heartbeat = startHeartbeat({
      clock,
      untilMs: claimed.untilMs,
      everyMs: leaseMs / 3,
      nextUntilMs: () => leaseEnd(remainingMs),
      renew: (ends) => renew(ref, owner, ends),
      lost: () => new LeaseLost({ key, fence }),
    });
    let result: Result;
    try {
      result = await work({ fence, signal: heartbeat.signal });
    } catch (error) {
      heartbeat.stop();
      // Tried once: an unreleased lease ends by itself, and the work's error is what the caller must see.
      await writeOne(ref, asOwner(owner, { status: "free" }));
      throw error;
    }
    heartbeat.stop();
    await complete(ref, { key, owner, fence, text: resultText(result) }, remainingMs);
    return { kind: "applied", result };
  }

  async function claim(ref: ItemRef, owner: string, request: LeaseRequest): Promise<Claimed | Met> {
    const { fingerprint, remainingMs } = request;
    let met: LeaseMarker | undefined;
    let lastError: unknown;
    const waitUntilMs = clock.now() + (request.maxWaitMs ?? 0);
    for (let retries = 0; ;) {
      const leftMs = remainingMs();
      if (leftMs < MIN_LEASE_MS) throw new NotEnoughTime({ remainingMs: leftMs, cause: lastError });
      const untilMs = leaseEnd(remainingMs);
      const asked = { owner, fingerprint, leaseUntilMs: untilMs, result: "", ...lifetime(untilMs) };
      const result = await writeOne(ref, met === undefined ? firstClaim(asked) : takeOver(met, asked));
      // An answer that comes after the lease's end finds it lost, perhaps, to another owner: then look again.
      const inTime = clock.now() < untilMs;
      if (result.kind === "written" && inTime) return { kind: "claimed", fence: (met?.fence ?? 0) + 1, untilMs };
      if (result.kind === "failed") throw storeFailure(result);
      if (result.kind === "throttled") {
        lastError = result.error;
        retries += 1;
        await clock.sleep(fullJitter(retries, random));
        continue;
      }
      met =
        result.kind === "condition-failed" && result.item ? readMarker(result.item) : await readOne(ref, remainingMs);
      if (met === undefined) continue;
      const stands = standing(met, { owner, fingerprint, nowMs: clock.now() });
      // The claim was written and its answer lost.
      if (stands.kind === "mine") return { kind: "claimed", fence: met.fence, untilMs: met.leaseUntilMs };
      if (stands.kind === "done") return duplicate(stands.result);
      const waitMs = stands.kind === "busy" ? stands.untilMs - clock.now() : 0;
      if (stands.kind === "busy" && stands.untilMs <= waitUntilMs && waitMs < remainingMs()) {
        await clock.sleep(waitMs);
        continue;
      }
      if (stands.kind !== "takeable") return stands;
    }
  }

  /** The end that the lease has after a renewal was tried; none where it is another's. */
  async function renew(
    ref: ItemRef,
    owner: string,
    { fromMs, untilMs }: { fromMs: number; untilMs: number },
  ): Promise<number | undefined> {
    const result = await writeOne(ref, renewal(owner, fromMs, { leaseUntilMs: untilMs, ...lifetime(untilMs) }));
    if (result.kind === "written") return untilMs;
    if (result.kind !== "condition-failed") return fromMs;
    // An earlier renewal may have been written and its answer lost: then the marker has an end of ours.
    const [read] = result.item ? [{ kind: "read" as const, item: result.item }] : await store.read([ref]);
    if (read?.kind !== "read") return fromMs;
    const met = read.item && readMarker(read.item);
    return met?.owner === owner && met.status === "running" ? met.leaseUntilMs : undefined;
  }

  async function complete(
    ref: ItemRef,
    done: { key: string; owner: string; fence: number; text: string },
    remainingMs: () => number,
  ): Promise<void> {
    const { key, owner, fence } = done;
    let { text } = done;
    for (let retries = 1; ; retries += 1) {
      const write = asOwner(owner, { status: "done", result: text, ...lifetime(clock.now()) });
      const result = await writeOne(ref, write);
      if (result.kind === "written") return;
      if (result.kind === "condition-failed") throw new LeaseLost({ key, fence });
      const pauseMs = fullJitter(retries, random);
      const withoutResult = result.kind === "failed" && text !== "";
      if (result.kind === "failed" && !withoutResult)
        throw new CompletionNotStored({ key, fence, cause: result.error });
      if (pauseMs >= remainingMs()) throw new CompletionNotStored({ key, fence, cause: result.error });
      // A result that the store cannot hold must not make the work run again: it is done, with no result.
      if (withoutResult) text = "";
      await clock.sleep(pauseMs);
    }
  }

  function leaseEnd(remainingMs: () => number): number {
    return clock.now() + Math.min(leaseMs, remainingMs());
  }

  /** Counted from the end of the lease, so that a marker never expires under a running owner. */
  function lifetime(fromMs: number): { readonly expiresAt: number } {
    return { expiresAt: expiryAfter(fromMs, ttlSeconds) };
  }

  async function writeOne(ref: ItemRef, write: Write): Promise<WriteResult> {
    const [result] = await store.write([{ ...ref, write }]);
    return result ?? { kind: "condition-failed" };
  }

  async function readOne(ref: ItemRef, remainingMs: () => number): Promise<LeaseMarker | undefined> {
    const item = await readItem({ store, clock, random, remainingMs }, ref);
    return item === undefined ? undefined : readMarker(item);
  }
}

function storeFailure({ code, error }: { code: string; error: unknown }): StoreFailure {
  return new StoreFailure({ reason: code, retryable: false, cause: error });
}

function duplicate(text: string): Met {
  return text === "" ? { kind: "duplicate" } : { kind: "duplicate", result: JSON.parse(text) };
}
