import { describe, expect, it, vi } from "vitest";
import type { Clock } from "./clock.ts";
import { fingerprint } from "./fingerprint.ts";
import { createLease, type LeaseOptions, MIN_LEASE_MS } from "./lease.ts";
import { CLOCK_SKEW_MARGIN_MS } from "./marker.ts";
import { memoryStore } from "./memory-store.ts";
import { MAX_RESULT_BYTES } from "./result-text.ts";
import type { Attributes, ItemStore, Store, WriteResult } from "./store.ts";
import { readItems } from "../test/read-items.ts";

const LEASE_MS = 9_000;
const TTL_SECONDS = 3_600;
const ref = { table: "markers", key: { id: "k" } };

/** A clock that a test turns by hand; sleepers wake when it passes their time. */
function handClock() {
  let now = 1_700_000_000_000;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise<void>((resolve) => {
        const sleeper = { at: now + ms, wake: () => (sleepers.delete(sleeper), resolve()) };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
  };
  async function pass(ms: number): Promise<void> {
    const end = now + ms;
    for (;;) {
      await settled();
      const next = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      now = Math.max(now, next.at);
      next.wake();
    }
    now = end;
    await settled();
  }
  return { clock, pass, sleeping: () => sleepers.size };
}

/** Lets every promise that can go on go on: each call of the store takes a turn of the event loop. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

function setUp(changes: Partial<LeaseOptions> = {}) {
  const store = changes.store ?? memoryStore();
  const time = handClock();
  let tokens = 0;
  const lease = createLease({
    table: ref.table,
    leaseMs: LEASE_MS,
    ttlSeconds: TTL_SECONDS,
    clock: time.clock,
    random: () => 0.5,
    token: () => `owner-${(tokens += 1)}`,
    ...changes,
    store,
  });
  const endsAt = time.clock.now() + 60_000;
  const request = { key: "k", fingerprint: "f", remainingMs: () => endsAt - time.clock.now() };
  const stored = async () => (await readItems(store, [ref]))[0];
  return { store, lease, request, stored, ...time };
}

/** A store that loses the answer of the writes that `loses` picks: written, and answered as throttled. */
function losingAnswers(loses: (set: Attributes) => boolean, answer: "throttled" | "failed" = "throttled") {
  const inner = memoryStore();
  const lost: Attributes[] = [];
  const store: Store = {
    ...inner,
    async write(batch) {
      const [{ write }] = [batch[0]!];
      const set = write.kind === "insert" ? write.item : write.set;
      if (!loses(set)) return inner.write(batch);
      lost.push(set);
      if (answer === "failed")
        return [{ kind: "failed", code: "ValidationError", error: "too big" } satisfies WriteResult];
      await inner.write(batch);
      return [{ kind: "throttled", error: "lost" } satisfies WriteResult];
    },
  };
  return { store, lost };
}

describe("The lease strategy", () => {
  it("runs the work once, stores its result, and gives it to duplicates", async () => {
    const { lease, request, stored, clock } = setUp();
    const work = vi.fn(async () => ({ sent: 3 }));
    expect(await lease.run(request, work)).toEqual({ kind: "applied", result: { sent: 3 } });
    expect(await lease.run(request, work)).toEqual({ kind: "duplicate", result: { sent: 3 } });
    expect(work).toHaveBeenCalledOnce();
    expect(await stored()).toMatchObject({
      status: "done",
      fence: 1,
      expiresAt: Math.ceil(clock.now() / 1_000) + TTL_SECONDS,
    });
  });

  it("stores nothing of the payload but its fingerprint", async () => {
    const { lease, request, stored } = setUp();
    await lease.run(request, async () => undefined);
    expect(Object.keys((await stored()) ?? {}).sort()).toEqual([
      "expiresAt",
      "fence",
      "fingerprint",
      "id",
      "leaseUntilMs",
      "owner",
      "result",
      "status",
    ]);
  });

  it("refuses a second worker while the first one works, and tells until when", async () => {
    const { lease, request, clock } = setUp();
    const untilMs = clock.now() + LEASE_MS + CLOCK_SKEW_MARGIN_MS;
    await lease.run(request, async () => {
      expect(await lease.run(request, async () => "twice")).toEqual({ kind: "busy", untilMs });
    });
  });

  it("tells another payload under the same key as a conflict, with both fingerprints", async () => {
    const { lease, request } = setUp();
    await lease.run(request, async () => 1);
    const other = await lease.run({ ...request, fingerprint: "g" }, async () => 2);
    expect(other).toEqual({ kind: "conflict", stored: "f", given: "g" });
  });

  it("releases the lease when the work throws, so that the next delivery runs at once with a greater fence", async () => {
    const { lease, request, sleeping } = setUp();
    const failure = new Error("the work's own");
    await expect(lease.run(request, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await lease.run(request, async ({ fence }) => fence)).toEqual({ kind: "applied", result: 2 });
    expect(sleeping()).toBe(0);
  });

  it("never leases longer than the invocation has left, and takes nothing when that is too little", async () => {
    const { lease, request, stored, clock } = setUp();
    const short = { ...request, remainingMs: () => MIN_LEASE_MS - 1 };
    await expect(lease.run(short, async () => 1)).rejects.toMatchObject({ code: "NOT_ENOUGH_TIME", remainingMs: 999 });
    expect(await stored()).toBeUndefined();
    await lease.run({ ...request, remainingMs: () => 4_000 }, async () => {
      expect((await stored())?.["leaseUntilMs"]).toBe(clock.now() + 4_000);
    });
  });

  it("refuses an empty key and an empty fingerprint", async () => {
    const { lease, request } = setUp();
    await expect(lease.run({ ...request, key: "" }, async () => 1)).rejects.toMatchObject({ code: "MISSING_KEY" });
    await expect(lease.run({ ...request, fingerprint: "" }, async () => 1)).rejects.toMatchObject({
      code: "MISSING_KEY",
    });
  });

  it("keeps a lease alive by heartbeats while the work runs", async () => {
    const { lease, request, pass, sleeping, stored } = setUp();
    const work = Promise.withResolvers<string>();
    const running = lease.run(request, async () => work.promise);
    await pass(LEASE_MS * 3);
    expect(await lease.run(request, async () => "second")).toMatchObject({ kind: "busy" });
    work.resolve("first");
    expect(await running).toEqual({ kind: "applied", result: "first" });
    expect(await stored()).toMatchObject({ status: "done", fence: 1 });
    expect(sleeping()).toBe(0);
  });

  it("makes no heartbeat when the lease reaches to the invocation's end already", async () => {
    const inner = memoryStore();
    const write = vi.fn<Store["write"]>((batch) => inner.write(batch));
    const { lease, request, pass, clock } = setUp({ store: { ...inner, write } });
    const endsAt = clock.now() + 6_000;
    const work = Promise.withResolvers<void>();
    const running = lease.run({ ...request, remainingMs: () => endsAt - clock.now() }, () => work.promise);
    await pass(5_000);
    expect(write).toHaveBeenCalledOnce();
    work.resolve();
    await running;
  });

  it("aborts the signal at the end of the lease when heartbeats do not get through", async () => {
    const inner = memoryStore();
    let writes = 0;
    const write: Store["write"] = async (batch) =>
      (writes += 1) === 1 ? inner.write(batch) : batch.map(() => ({ kind: "throttled", error: "down" }));
    const { lease, request, pass, clock } = setUp({ store: { ...inner, write } });
    const started = clock.now();
    let aborted: number | undefined;
    const running = lease.run(request, ({ signal }) => {
      const over = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => {
        aborted = clock.now() - started;
        over.reject(signal.reason);
      });
      return over.promise;
    });
    const ended = expect(running).rejects.toMatchObject({ code: "LEASE_LOST" });
    await pass(LEASE_MS * 2);
    await ended;
    expect(aborted).toBe(LEASE_MS);
  });

  it("aborts the signal at the end of the lease while a renewal hangs, and lets the work end without it", async () => {
    const inner = memoryStore();
    let writes = 0;
    const write: Store["write"] = (batch) => ((writes += 1) === 2 ? new Promise(() => {}) : inner.write(batch));
    const { lease, request, pass, clock, sleeping } = setUp({ store: { ...inner, write } });
    const started = clock.now();
    let aborted: number | undefined;
    const running = lease.run(request, async ({ signal }) => {
      await clock.sleep(60_000, signal);
      aborted = clock.now() - started;
      throw signal.reason;
    });
    const ended = expect(running).rejects.toMatchObject({ code: "LEASE_LOST", fence: 1 });
    await pass(LEASE_MS * 2);
    await ended;
    expect(aborted).toBe(LEASE_MS);
    expect(sleeping()).toBe(0);
  });

  it("stores a completion at once while a renewal hangs", async () => {
    const inner = memoryStore();
    let writes = 0;
    const write: Store["write"] = (batch) => ((writes += 1) === 2 ? new Promise(() => {}) : inner.write(batch));
    const { lease, request, pass, clock, stored } = setUp({ store: { ...inner, write } });
    const running = lease.run(request, () => clock.sleep(LEASE_MS / 2));
    await pass(LEASE_MS / 2);
    expect(await running).toMatchObject({ kind: "applied" });
    expect(await stored()).toMatchObject({ status: "done" });
  });

  it("does not take a lease for longer because the clock was set back", async () => {
    const time = handClock();
    let backMs = 0;
    const clock: Clock = { ...time.clock, now: () => time.clock.now() - backMs };
    const { lease, request } = setUp({ clock });
    const started = time.clock.now();
    let aborted: number | undefined;
    const running = lease.run(request, async ({ signal }) => {
      backMs = 3_600_000;
      await clock.sleep(60_000, signal);
      aborted = time.clock.now() - started;
      throw signal.reason;
    });
    const ended = expect(running).rejects.toMatchObject({ code: "LEASE_LOST" });
    await time.pass(LEASE_MS * 2);
    await ended;
    expect(aborted).toBe(LEASE_MS);
  });

  it("is not shortened by an earlier renewal that takes effect late", async () => {
    const inner = memoryStore();
    let late: (() => Promise<unknown>) | undefined;
    const write: Store["write"] = async (batch) => {
      const [{ write: each }] = [batch[0]!];
      if (late !== undefined || each.kind === "insert") return inner.write(batch);
      late = () => inner.write(batch);
      return [{ kind: "throttled", unanswered: true, error: "no answer" }];
    };
    const { lease, request, pass, clock, stored } = setUp({ store: { ...inner, write } });
    const started = clock.now();
    const running = lease.run(request, () => clock.sleep(LEASE_MS));
    await pass((LEASE_MS / 3) * 2);
    await late?.();
    expect(await stored()).toMatchObject({ leaseUntilMs: started + (LEASE_MS / 3) * 2 + LEASE_MS });
    await pass(LEASE_MS);
    expect(await running).toMatchObject({ kind: "applied" });
  });

  it("lets one worker take over a lease whose owner vanished, once it is over, and no zombie complete or release after", async () => {
    const store = memoryStore();
    const zombie = setUp({ store, token: () => "zombie" });
    const zombieWork = Promise.withResolvers<string>();
    // The zombie's own clock stands still, as a frozen environment's does, so it sends no heartbeat.
    const zombieRun = zombie.lease.run(zombie.request, () => zombieWork.promise);
    await settled();

    const { lease, request, pass, stored } = setUp({ store });
    expect(await lease.run(request, async () => "too early")).toMatchObject({ kind: "busy" });
    await pass(LEASE_MS + CLOCK_SKEW_MARGIN_MS);
    const takers = [1, 2, 3].map(() => lease.run(request, async ({ fence }) => fence));
    const outcomes = await Promise.all(takers);
    expect(outcomes.filter(({ kind }) => kind === "applied")).toEqual([{ kind: "applied", result: 2 }]);

    const settledItem = await stored();
    zombieWork.resolve("late");
    await expect(zombieRun).rejects.toMatchObject({ code: "LEASE_LOST", fence: 1 });
    expect(await stored()).toEqual(settledItem);
    expect(await lease.run(request, async () => "again")).toEqual({ kind: "duplicate", result: 2 });
  });

  it("waits for a lease whose owner vanished, where it is told to, and not for one whose owner renews it", async () => {
    const maxWaitMs = LEASE_MS + CLOCK_SKEW_MARGIN_MS;
    const store = memoryStore();
    const vanished = setUp({ store, token: () => "vanished" });
    void vanished.lease.run(vanished.request, () => new Promise(() => {}));
    await settled();
    const { lease, request, pass } = setUp({ store });
    const patient = lease.run({ ...request, maxWaitMs }, async ({ fence }) => fence);
    await pass(maxWaitMs);
    expect(await patient).toEqual({ kind: "applied", result: 2 });

    const alive = setUp();
    void alive.lease.run(alive.request, () => new Promise(() => {}));
    await alive.pass(1_000);
    const refused = alive.lease.run({ ...alive.request, maxWaitMs }, async () => "twice");
    await alive.pass(maxWaitMs);
    expect(await refused).toMatchObject({ kind: "busy" });
  });

  it("does not let a zombie whose work fails release the later owner's lease", async () => {
    const store = memoryStore();
    const zombie = setUp({ store, token: () => "zombie" });
    const zombieWork = Promise.withResolvers<string>();
    const zombieRun = zombie.lease.run(zombie.request, () => zombieWork.promise);
    await settled();
    const { lease, request, pass, stored } = setUp({ store });
    await pass(LEASE_MS + CLOCK_SKEW_MARGIN_MS);
    await lease.run(request, async () => {
      zombieWork.reject(new Error("late failure"));
      await expect(zombieRun).rejects.toThrow("late failure");
      expect(await stored()).toMatchObject({ status: "running", fence: 2 });
    });
  });

  it("knows its own claim, heartbeat and completion again when their answers were lost", async () => {
    const { store, lost } = losingAnswers((set) => lost.length < (set["status"] === "done" ? 2 : 1));
    const { lease, request, pass } = setUp({ store });
    const running = lease.run(request, async ({ fence }) => fence);
    await pass(5_000);
    expect(await running).toEqual({ kind: "applied", result: 1 });
    expect(lost.map(({ status }) => status)).toEqual(["running", "done"]);
  });

  it("stores work as done without its result when the result cannot be stored, and never runs it again", async () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const result of [undefined, () => 1, 10n, cycle, "x".repeat(MAX_RESULT_BYTES)]) {
      const { lease, request } = setUp();
      expect(await lease.run(request, async () => result)).toEqual({ kind: "applied", result });
      expect(await lease.run(request, async () => "again")).toEqual({ kind: "duplicate" });
    }
  });

  it("stores work as done without its result when the store refuses the result", async () => {
    const { store } = losingAnswers(({ status, result }) => status === "done" && result !== "", "failed");
    const { lease, request, pass } = setUp({ store });
    const running = lease.run(request, async () => "too big for this store");
    await pass(5_000);
    expect(await running).toMatchObject({ kind: "applied" });
    expect(await lease.run(request, async () => "again")).toEqual({ kind: "duplicate" });
  });

  it("says so when the work ran and its completion could not be stored in time", async () => {
    const inner = memoryStore();
    const write: Store["write"] = async (batch) => {
      const done = batch.some(({ write: each }) => each.kind === "update" && each.set["status"] === "done");
      return done ? [{ kind: "throttled", error: "down" }] : inner.write(batch);
    };
    const { lease, request, pass } = setUp({ store: { ...inner, write } });
    const running = lease.run(request, async () => 1);
    const ended = expect(running).rejects.toMatchObject({ code: "COMPLETION_NOT_STORED", fence: 1 });
    await pass(120_000);
    await ended;
  });

  it("takes an expired marker for absent, although it is still stored", async () => {
    const { lease, request, pass, clock } = setUp();
    await lease.run(request, async () => 1);
    await pass(TTL_SECONDS * 1_000 + CLOCK_SKEW_MARGIN_MS + 1_000);
    const endsAt = clock.now() + 60_000;
    const late = { key: "k", fingerprint: "another", remainingMs: () => endsAt - clock.now() };
    expect(await lease.run(late, async ({ fence }) => fence)).toEqual({ kind: "applied", result: 2 });
  });

  it("fails when the store fails for good", async () => {
    const write: Store["write"] = async () => [{ kind: "failed", code: "AccessDenied", error: "no" }];
    const { lease, request } = setUp({ store: { ...memoryStore(), write } });
    const run = lease.run(request, async () => 1);
    await expect(run).rejects.toMatchObject({ code: "STORE_FAILED", reason: "AccessDenied", retryable: false });
  });

  describe("for records of a batch", () => {
    function counted() {
      const inner = memoryStore();
      const calls: string[] = [];
      const store: ItemStore = {
        write: (writes) => (calls.push(`write ${writes.length}`), inner.write(writes)),
        read: (refs) => (calls.push(`read ${refs.length}`), inner.read(refs)),
      };
      return { store, calls };
    }

    const time = { remainingMs: () => 60_000, signal: new AbortController().signal };
    const identity = { keyOf: ({ key }: Job) => key, payloadOf: ({ total }: Job) => ({ total }) };
    interface Job {
      readonly key: string;
      readonly total: unknown;
    }
    const jobs = Array.from({ length: 10 }, (_, n): Job => ({ key: `k${n}`, total: "12.50" }));

    it("claims ten keys in one call and completes in another what ends together; ten duplicates are two calls", async () => {
      const { store, calls } = counted();
      const { lease, sleeping } = setUp({ store });
      const fences: number[] = [];
      const all = () =>
        Promise.all(
          jobs.map((job) => lease.runRecord(identity, job, time, async ({ fence }) => void fences.push(fence))),
        );
      expect((await all()).map(({ kind }) => kind)).toEqual(jobs.map(() => "applied"));
      expect(calls).toEqual(["write 10", "write 10"]);
      calls.length = 0;
      expect((await all()).map(({ kind }) => kind)).toEqual(jobs.map(() => "duplicate"));
      expect(calls).toEqual(["write 10", "read 10"]);
      expect(fences).toEqual(jobs.map(() => 1));
      expect(sleeping()).toBe(0);
    });

    it("tells a conflict by the payload, and is busy while another works", async () => {
      const { lease } = setUp();
      const { promise, resolve } = Promise.withResolvers<void>();
      const first = lease.runRecord(identity, { key: "a", total: "1" }, time, () => promise);
      await settled();
      const twice = () => Promise.reject(new Error("twice"));
      expect(await lease.runRecord(identity, { key: "a", total: "1" }, time, twice)).toMatchObject({ kind: "busy" });
      resolve();
      expect(await first).toMatchObject({ kind: "applied" });
      expect(await lease.runRecord(identity, { key: "a", total: "2" }, time, twice)).toEqual({
        kind: "conflict",
        stored: fingerprint({ total: "1" }),
        given: fingerprint({ total: "2" }),
      });
    });

    it("aborts the work's signal with the invocation's", async () => {
      const { lease } = setUp();
      const near = new AbortController();
      const running = lease.runRecord(
        identity,
        { key: "a", total: "1" },
        { ...time, signal: near.signal },
        async ({ signal }) => {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          signal.throwIfAborted();
        },
      );
      await settled();
      near.abort(new Error("the deadline is near"));
      expect(await running).toMatchObject({ kind: "failed", error: { message: "the deadline is near" } });
    });

    it("gives what would be thrown as the outcome of that record, and does the others", async () => {
      const { lease } = setUp();
      const failure = new Error("the work's own");
      const keyless = () => {
        throw new Error("no key in it");
      };
      const good = async () => {};
      const unkeyed = { ...identity, keyOf: keyless };
      expect(
        await Promise.all([
          lease.runRecord(identity, { key: "a", total: "1" }, time, good),
          lease.runRecord(identity, { key: "bad", total: "1" }, time, () => Promise.reject(failure)),
          lease.runRecord(identity, { key: "", total: "1" }, time, good),
          lease.runRecord(identity, { key: "late", total: "1" }, { ...time, remainingMs: () => 1 }, good),
          lease.runRecord(identity, { key: "b", total: () => {} }, time, good),
          lease.runRecord(unkeyed, { key: "c", total: "1" }, time, good),
        ]),
      ).toMatchObject([
        { kind: "applied" },
        { kind: "failed", error: failure, retryable: true },
        { kind: "failed", code: "MISSING_KEY", retryable: false },
        { kind: "failed", code: "NOT_ENOUGH_TIME", retryable: true },
        { kind: "failed", code: "TypeError" },
        { kind: "failed", error: { message: "no key in it" } },
      ]);
      expect(lease.laneOf(identity, { key: "a", total: "" })).toBe("a");
      expect(lease.laneOf(unkeyed, { key: "c", total: "1" })).toBeUndefined();
    });
  });
});
