import { describe, expect, it } from "vitest";
import { applyOne, createInline, type InlineDecision, type InlineOptions } from "./inline.ts";
import { memoryStore } from "./memory-store.ts";
import { StoreFailure } from "./store-failure.ts";
import type { Attributes, JsonValue, ReadResult, Store, WriteResult } from "./store.ts";
import { quotingStore } from "../test/quoting-store.ts";
import { readItems } from "../test/read-items.ts";

interface Deposit {
  readonly account: string;
  readonly id: string;
  readonly amount: number;
}

const deposit = (account: string, id: string, amount = 1): Deposit => ({ account, id, amount });

/** An account keeps every deposit by its id; each one adds one to the version. */
function decideDeposit(stored: Attributes | undefined, { id, amount }: Deposit): InlineDecision {
  if (stored === undefined) return { kind: "write", write: { kind: "insert", item: { version: 1, [id]: amount } } };
  if (stored[id] === amount) return { kind: "duplicate" };
  if (stored[id] !== undefined) return { kind: "conflict", stored: JSON.stringify(stored[id]), given: String(amount) };
  const version = Number(stored["version"]);
  return { kind: "write", write: { kind: "update", set: { version: version + 1, [id]: amount }, where: { version } } };
}

function accounts(store: Store, changes: Partial<InlineOptions<Deposit>> = {}) {
  return createInline<Deposit>({
    store,
    table: "accounts",
    keyOf: ({ account }) => ({ id: account }),
    propose: ({ id, amount }) => ({ kind: "insert", item: { version: 1, [id]: amount } }),
    decide: decideDeposit,
    random: () => 0.5,
    clock: { now: () => 0, sleep: async () => {} },
    ...changes,
  });
}

/** Counts calls, and answers the first ones as the script says: a lost answer is written and then answered as throttled. */
function scripted(store: Store, script: readonly ("ok" | "throttled" | "lost" | "denied")[] = []) {
  const calls: string[] = [];
  const error = new Error("scripted");
  const wrapped: Store = {
    ...store,
    async write(batch) {
      calls.push(`write ${batch.length}`);
      const step = script[calls.length - 1] ?? "ok";
      if (step === "throttled") return batch.map((): WriteResult => ({ kind: "throttled", error }));
      if (step === "denied") return batch.map((): WriteResult => ({ kind: "failed", code: "AccessDenied", error }));
      const results = await store.write(batch);
      return step === "lost" ? batch.map((): WriteResult => ({ kind: "throttled", unanswered: true, error })) : results;
    },
    async read(refs) {
      calls.push(`read ${refs.length}`);
      const step = script[calls.length - 1] ?? "ok";
      const failure = (reason: string, retryable: boolean) =>
        refs.map((): ReadResult => ({ kind: "failed", error: new StoreFailure({ reason, retryable, cause: error }) }));
      if (step === "throttled") return failure("throttled", true);
      if (step === "denied") return failure("AccessDenied", false);
      return store.read(refs);
    },
  };
  return { store: wrapped, calls };
}

const time = { remainingMs: () => 10_000 };
const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);

describe("one event alone", () => {
  it("has the outcome that it would have in a batch, and never none", async () => {
    const inline = accounts(memoryStore());
    const options = { remainingMs: () => 60_000 };
    expect(await applyOne(inline, deposit("a", "1"), options)).toMatchObject({ kind: "applied", attempts: 1 });
    expect(await applyOne(inline, deposit("a", "1"), options)).toMatchObject({ kind: "duplicate" });
    const silent = { apply: async () => [] };
    expect(await applyOne(silent, deposit("a", "1"), options)).toMatchObject({ kind: "failed", retryable: true });
  });
});

describe("The inline strategy", () => {
  it("applies a batch of new keys in one call", async () => {
    const { store, calls } = scripted(memoryStore());
    const batch = Array.from({ length: 10 }, (_, n) => deposit(`a${n}`, "d"));
    expect(new Set(kinds(await accounts(store).apply(batch, time)))).toEqual(new Set(["applied"]));
    expect(calls).toEqual(["write 10"]);
  });

  it("settles a batch of duplicates in two calls, or in one when told to read first", async () => {
    const { store, calls } = scripted(memoryStore());
    const batch = Array.from({ length: 10 }, (_, n) => deposit(`a${n}`, "d"));
    await accounts(store).apply(batch, time);
    calls.length = 0;
    expect(new Set(kinds(await accounts(store).apply(batch, time)))).toEqual(new Set(["duplicate"]));
    expect(calls).toEqual(["write 10", "read 10"]);
    calls.length = 0;
    const again = await accounts(store).apply(batch, { ...time, readFirst: true });
    expect(new Set(kinds(again))).toEqual(new Set(["duplicate"]));
    expect(calls).toEqual(["read 10"]);
  });

  it("settles duplicates in one call, and reads nothing, where the refusal quotes what it met", async () => {
    const { store, calls } = scripted(quotingStore(memoryStore()));
    const batch = Array.from({ length: 10 }, (_, n) => deposit(`a${n}`, "d"));
    await accounts(store).apply(batch, time);
    calls.length = 0;
    expect(new Set(kinds(await accounts(store).apply(batch, time)))).toEqual(new Set(["duplicate"]));
    expect(calls).toEqual(["write 10"]);
    calls.length = 0;
    const more = [deposit("a0", "2"), deposit("a0", "d"), deposit("a0", "d", 9), deposit("b", "1")];
    expect(kinds(await accounts(store).apply(more, time))).toEqual(["applied", "duplicate", "conflict", "applied"]);
    expect(calls).toEqual(["write 2", "write 1", "read 1"]); // what follows a write is read: nothing was refused
  });

  it("reads only what was refused", async () => {
    const { store, calls } = scripted(memoryStore());
    await accounts(store).apply([deposit("a", "1")], time);
    calls.length = 0;
    const outcomes = await accounts(store).apply([deposit("a", "2"), deposit("b", "1"), deposit("c", "1")], time);
    expect(kinds(outcomes)).toEqual(["applied", "applied", "applied"]);
    expect(calls).toEqual(["write 3", "read 1", "write 1"]);
  });

  it("tells a conflict with both sides, and leaves the item as it was", async () => {
    const { store } = scripted(memoryStore());
    const outcomes = await accounts(store).apply([deposit("a", "1", 5), deposit("a", "1", 6)], time);
    expect(outcomes).toMatchObject([{ kind: "applied" }, { kind: "conflict", stored: "5", given: "6" }]);
    expect(await readItems(store, [{ table: "accounts", key: { id: "a" } }])).toEqual([{ id: "a", version: 1, 1: 5 }]);
  });

  it("settles equal keys inside a batch, each later one against what is stored after the earlier", async () => {
    const { store, calls } = scripted(memoryStore());
    const batch = [deposit("a", "1"), deposit("b", "1"), deposit("a", "1"), deposit("a", "2"), deposit("a", "1", 9)];
    expect(kinds(await accounts(store).apply(batch, time))).toEqual([
      "applied",
      "applied",
      "duplicate",
      "applied",
      "conflict",
    ]);
    expect(await readItems(store, [{ table: "accounts", key: { id: "a" } }])).toEqual([
      { id: "a", version: 2, 1: 1, 2: 1 },
    ]);
    // Round 1, then the two that follow are decided on one read, then the write of "2", then the last one's read.
    expect(calls.slice(0, 4)).toEqual(["write 2", "read 1", "write 1", "read 1"]);
  });

  it("tries throttled writes again, and only those", async () => {
    const { store, calls } = scripted(memoryStore(), ["throttled", "throttled"]);
    expect(kinds(await accounts(store).apply([deposit("a", "1"), deposit("b", "1")], time))).toEqual([
      "applied",
      "applied",
    ]);
    expect(calls).toEqual(["write 2", "write 2", "write 2"]);
  });

  it("tries a throttled read again", async () => {
    const { store, calls } = scripted(memoryStore(), ["ok", "ok", "throttled"]);
    await accounts(store).apply([deposit("a", "1")], time);
    expect(kinds(await accounts(store).apply([deposit("a", "1")], time))).toEqual(["duplicate"]);
    expect(calls).toEqual(["write 1", "write 1", "read 1", "read 1"]);
  });

  it("knows its own write again when the answer was lost", async () => {
    const { store } = scripted(memoryStore(), ["lost"]);
    expect(await accounts(store).apply([deposit("a", "1")], time)).toMatchObject([{ kind: "applied" }]);
  });

  it("takes an earlier delivery's write for no write of its own when it was only throttled", async () => {
    const inner = memoryStore();
    await accounts(inner).apply([deposit("a", "1")], time);
    let tries = 0;
    const store: Store = {
      ...inner,
      write: async (batch) =>
        tries++ === 0
          ? batch.map((): WriteResult => ({ kind: "throttled", error: new Error("slow down") }))
          : inner.write(batch),
    };
    expect(await accounts(store).apply([deposit("a", "1")], time)).toMatchObject([{ kind: "duplicate" }]);
    expect(tries).toBe(2);
  });

  it("knows its own write again when the client itself met it in a retry, and no earlier delivery's", async () => {
    for (const [earlier, kind] of [
      ["none", "applied"],
      ["of another deposit", "applied"],
      ["of another amount", "conflict"],
    ] as const) {
      const inner = memoryStore();
      if (earlier === "of another deposit") await accounts(inner).apply([deposit("a", "2")], time);
      if (earlier === "of another amount") await accounts(inner).apply([deposit("a", "1", 7)], time);
      // What the client makes of a lost answer: the second try meets what the first one wrote.
      const retrying: Store = {
        ...inner,
        async write(batch) {
          await inner.write(batch);
          const results = await inner.write(batch);
          return results.map((each) =>
            each.kind === "condition-failed" ? { kind: "condition-failed", unanswered: true } : each,
          );
        },
      };
      expect(kinds(await accounts(retrying).apply([deposit("a", "1")], time))).toEqual([kind]);
      expect(kinds(await accounts(inner).apply([deposit("a", "1")], time))).not.toEqual(["applied"]);
    }
  });

  it("does not take another's write for its own", async () => {
    const inner = memoryStore();
    const { store } = scripted(inner, ["throttled"]);
    await accounts(inner).apply([deposit("a", "1", 5)], time);
    expect(kinds(await accounts(store).apply([deposit("a", "1", 6)], time))).toEqual(["conflict"]);
  });

  it("fails what the store refuses for good, without another try", async () => {
    for (const script of [["denied"], ["ok", "denied"]] as const) {
      const inner = memoryStore();
      await accounts(inner).apply([deposit("a", "1")], time);
      const { store, calls } = scripted(inner, script);
      expect(await accounts(store).apply([deposit("a", "1")], time)).toMatchObject([
        { kind: "failed", code: "AccessDenied", retryable: false },
      ]);
      expect(calls).toHaveLength(script.length);
    }
  });

  it("ends at the deadline with what is still open as retryable, and keeps what is settled", async () => {
    let remaining = 1_000;
    const clock = { now: () => 0, sleep: async (ms: number) => void (remaining -= ms) };
    const inner = memoryStore();
    const throttling: Store = {
      ...inner,
      write: async (batch) => {
        const results = await inner.write(batch.filter(({ key }) => key["id"] !== "slow"));
        return batch.map(({ key }, at) => (key["id"] === "slow" ? { kind: "throttled", error: "busy" } : results[at]!));
      },
    };
    const outcomes = await accounts(throttling, { clock }).apply(
      [deposit("a", "1"), deposit("slow", "1"), deposit("slow", "2")],
      {
        remainingMs: () => remaining,
      },
    );
    expect(outcomes).toMatchObject([
      { kind: "applied" },
      { kind: "failed", code: "DEADLINE", error: "busy", retryable: true },
      { kind: "failed", code: "DEADLINE", error: "busy", retryable: true },
    ]);
    expect(remaining).toBeGreaterThan(0);
  });

  it("makes no call when the time is up already", async () => {
    const { store, calls } = scripted(memoryStore());
    expect(await accounts(store).apply([deposit("a", "1")], { remainingMs: () => 0 })).toMatchObject([
      { code: "DEADLINE" },
    ]);
    expect(calls).toEqual([]);
  });

  it("fails an event without a key, and only that one", async () => {
    const outcomes = await accounts(memoryStore()).apply([deposit("", "1"), deposit("a", "1")], time);
    expect(outcomes).toMatchObject([{ kind: "failed", code: "MISSING_KEY", retryable: false }, { kind: "applied" }]);
  });

  it("fails an event whose decision throws, and goes on with the others", async () => {
    const store = memoryStore();
    await accounts(store).apply([deposit("a", "1"), deposit("b", "1")], time);
    const decide = (stored: Attributes | undefined, event: Deposit) => {
      if (event.account === "a") throw new Error("unreadable");
      return decideDeposit(stored, event);
    };
    const outcomes = await accounts(store, { decide }).apply([deposit("a", "2"), deposit("b", "2")], time);
    expect(outcomes).toMatchObject([{ kind: "failed", code: "UNDECIDED", retryable: true }, { kind: "applied" }]);
  });

  it("fails every event of an item that cannot be read, in one read, and goes on with the others", async () => {
    const inner = memoryStore();
    await accounts(inner).apply([deposit("a", "1"), deposit("b", "1")], time);
    const { store, calls } = scripted({
      ...inner,
      async read(refs) {
        const results = await inner.read(refs);
        const error = new StoreFailure({ reason: "ITEM_UNREADABLE", retryable: false, cause: undefined });
        return results.map((result, at) => (refs[at]?.key["id"] === "a" ? { kind: "failed", error } : result));
      },
    });
    const batch = [deposit("a", "2"), deposit("a", "3"), deposit("b", "2"), deposit("c", "1")];
    expect(await accounts(store).apply(batch, time)).toMatchObject([
      { kind: "failed", code: "ITEM_UNREADABLE", retryable: false },
      { kind: "failed", code: "ITEM_UNREADABLE", retryable: false },
      { kind: "applied" },
      { kind: "applied" },
    ]);
    expect(calls).toEqual(["write 3", "read 2", "write 1"]);
  });

  it("settles what was read while the read of one item is tried again", async () => {
    const inner = memoryStore();
    await accounts(inner).apply([deposit("a", "1"), deposit("b", "1")], time);
    let reads = 0;
    const { store, calls } = scripted({
      ...inner,
      async read(refs) {
        const results = await inner.read(refs);
        const error = new StoreFailure({ reason: "UnprocessedKeys", retryable: true, cause: undefined });
        return (reads += 1) === 1 ? results.map((each, at) => (at === 0 ? { kind: "failed", error } : each)) : results;
      },
    });
    const outcomes = await accounts(store).apply([deposit("a", "1"), deposit("b", "1")], time);
    expect(kinds(outcomes)).toEqual(["duplicate", "duplicate"]);
    expect(calls).toEqual(["write 2", "read 2", "read 1"]);
  });

  it("fails an event whose key or proposal throws, or whose item no comparison can take, and only that one", async () => {
    const fails = (amount: number, at: number) => {
      if (amount === at) throw new Error("not an amount");
    };
    const inner = memoryStore();
    let writes = 0;
    const cycle: JsonValue[] = [];
    cycle.push(cycle);
    // An answer is lost, and what is stored holds what no payload can: the event cannot tell whether it is its own.
    const odd: Store = {
      ...inner,
      write: async (batch) =>
        (writes += 1) === 1
          ? batch.map((): WriteResult => ({ kind: "throttled", unanswered: true, error: "lost" }))
          : inner.write(batch),
      read: async (refs) => {
        const results = await inner.read(refs);
        return results.map((result, at) =>
          refs[at]?.key["id"] === "odd" ? { kind: "read", item: { version: 1, 1: cycle } } : result,
        );
      },
    };
    await inner.write([{ table: "accounts", key: { id: "odd" }, write: { kind: "insert", item: {} } }]);
    const outcomes = await accounts(odd, {
      keyOf: ({ account, amount }) => (fails(amount, 7), { id: account }),
      propose: ({ id, amount }) => (fails(amount, 8), { kind: "insert", item: { version: 1, [id]: amount } }),
    }).apply([deposit("a", "1", 7), deposit("b", "1", 8), deposit("odd", "1", 10), deposit("d", "1", 9)], time);
    const undecided = { kind: "failed", code: "UNDECIDED", retryable: true };
    expect(outcomes).toMatchObject([undecided, undecided, undecided, { kind: "applied" }]);
  });

  it("tells what came up: attempts, throttles and the last one's code, the time of the write, what it met", async () => {
    const inner = memoryStore();
    const error = Object.assign(new Error("slow down"), { code: "ThrottlingError" });
    await accounts(inner).apply([deposit("old", "1")], time);
    let writes = 0;
    let now = 0;
    const store: Store = {
      ...inner,
      async write(batch) {
        writes += 1;
        now = writes * 100;
        if (writes === 1) return batch.map((): WriteResult => ({ kind: "throttled", error }));
        const results = await inner.write(batch);
        return batch.map(({ key }, at): WriteResult =>
          writes === 2 && key["id"] === "lost" ? { kind: "throttled", unanswered: true, error: "lost" } : results[at]!,
        );
      },
    };
    const batch = [
      deposit("new", "1"),
      deposit("new", "2"),
      deposit("old", "2"),
      deposit("lost", "1"),
      deposit("", "1"),
    ];
    const clock = { now: () => now, sleep: async () => {} };
    expect(await accounts(store, { clock }).apply(batch, time)).toEqual([
      { kind: "applied", writtenAtMs: 200, attempts: 2, throttles: 1, throttledBy: "ThrottlingError" },
      { kind: "applied", writtenAtMs: 300, attempts: 1, throttles: 0, met: { item: { id: "new", version: 1, 1: 1 } } },
      {
        kind: "applied",
        writtenAtMs: 300,
        attempts: 3,
        throttles: 1,
        throttledBy: "ThrottlingError",
        met: { item: { id: "old", version: 1, 1: 1 } },
      },
      { kind: "applied", attempts: 3, throttles: 2, throttledBy: "UNKNOWN" },
      expect.objectContaining({ kind: "failed", code: "MISSING_KEY", attempts: 0, throttles: 0 }),
    ]);
  });

  it("loses no deposit to another worker between its read and its write", async () => {
    const inner = memoryStore();
    await accounts(inner).apply([deposit("a", "1")], time);
    let raced = false;
    const racing: Store = {
      ...inner,
      async read(refs) {
        const items = await inner.read(refs);
        if (!raced) {
          raced = true;
          await accounts(inner).apply([deposit("a", "2")], time);
        }
        return items;
      },
    };
    expect(kinds(await accounts(racing).apply([deposit("a", "3")], time))).toEqual(["applied"]);
    expect(await readItems(inner, [{ table: "accounts", key: { id: "a" } }])).toEqual([
      { id: "a", version: 3, 1: 1, 2: 1, 3: 1 },
    ]);
  });

  it("answers an empty batch without a call", async () => {
    const { store, calls } = scripted(memoryStore());
    expect(await accounts(store).apply([], time)).toEqual([]);
    expect(calls).toEqual([]);
  });
});
