import { describe, expect, it } from "vitest";
import { createInline, type InlineDecision, type InlineOptions } from "./inline.ts";
import { memoryStore } from "./memory-store.ts";
import { StoreFailure } from "./store-failure.ts";
import type { Attributes, Store, WriteResult } from "./store.ts";

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
      return step === "lost" ? batch.map((): WriteResult => ({ kind: "throttled", error })) : results;
    },
    async read(refs) {
      calls.push(`read ${refs.length}`);
      const step = script[calls.length - 1] ?? "ok";
      if (step === "throttled") throw new StoreFailure({ reason: "throttled", retryable: true, cause: error });
      if (step === "denied") throw new StoreFailure({ reason: "AccessDenied", retryable: false, cause: error });
      return store.read(refs);
    },
  };
  return { store: wrapped, calls };
}

const time = { remainingMs: () => 10_000 };
const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);

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
    expect(outcomes).toEqual([{ kind: "applied" }, { kind: "conflict", stored: "5", given: "6" }]);
    expect(await store.read([{ table: "accounts", key: { id: "a" } }])).toEqual([{ id: "a", version: 1, 1: 5 }]);
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
    expect(await store.read([{ table: "accounts", key: { id: "a" } }])).toEqual([{ id: "a", version: 2, 1: 1, 2: 1 }]);
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
    expect(await accounts(store).apply([deposit("a", "1")], time)).toEqual([{ kind: "applied" }]);
  });

  it("takes an earlier delivery's write for no write of its own when it was only throttled", async () => {
    const inner = memoryStore();
    await accounts(inner).apply([deposit("a", "1")], time);
    let tries = 0;
    const store: Store = {
      ...inner,
      write: async (batch) =>
        tries++ === 0
          ? batch.map((): WriteResult => ({ kind: "throttled", unwritten: true, error: new Error("slow down") }))
          : inner.write(batch),
    };
    expect(await accounts(store).apply([deposit("a", "1")], time)).toEqual([{ kind: "duplicate" }]);
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
          return results.map((each) => (each.kind === "refused" ? { kind: "refused", unanswered: true } : each));
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
    expect(outcomes).toEqual([
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
    expect(await inner.read([{ table: "accounts", key: { id: "a" } }])).toEqual([
      { id: "a", version: 3, 1: 1, 2: 1, 3: 1 },
    ]);
  });

  it("answers an empty batch without a call", async () => {
    const { store, calls } = scripted(memoryStore());
    expect(await accounts(store).apply([], time)).toEqual([]);
    expect(calls).toEqual([]);
  });
});
