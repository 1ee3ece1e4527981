import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HISTORIES_TO_FIND_A_FAULT, TIMEOUT_MS } from "../test/histories.ts";
import { inlineHistory } from "../test/inline-history.ts";
import { leaseHistory } from "../test/lease-history.ts";
import { transactHistory } from "../test/transact-history.ts";
import { type Broken, weakStore } from "../test/weak-store.ts";
import { createLease } from "./lease.ts";
import { CLOCK_SKEW_MARGIN_MS } from "./marker.ts";
import { memoryStore } from "./memory-store.ts";
import type { Attributes, Store, Write } from "./store.ts";

const NOW_MS = 1_700_000_000_000;
const REF = { table: "markers", key: { id: "k" } };

type History = (open: () => Store) => fc.IRawProperty<unknown>;

/** Whether some history fails over a store that leaves the guard out. */
async function fails(history: History, broken: Broken, histories = HISTORIES_TO_FIND_A_FAULT): Promise<boolean> {
  const property = history(() => weakStore(memoryStore(), broken));
  const { failed } = await fc.check(property, { numRuns: histories, endOnFailure: true });
  return failed;
}

/** Every guard that a strategy writes with: none is there for nothing, and the histories notice its absence. */
describe("The histories fail without the guard", () => {
  it.each<[string, History, Broken]>([
    ["of an inline insert", inlineHistory, { table: "accounts", guard: "insert" }],
    ["of an inline update by version", inlineHistory, { table: "accounts", guard: "update", attribute: "version" }],
    ["of a transaction's new marker", transactHistory, { table: "markers", guard: "insert" }],
    ["of an expired marker's owner", transactHistory, { table: "markers", guard: "update", attribute: "owner" }],
    ["of a first claim", leaseHistory, { table: "markers", guard: "insert" }],
    [
      "of a renewal by the end that it moves",
      leaseHistory,
      { table: "markers", guard: "update", attribute: "leaseUntilMs" },
    ],
    ["of the owner's own changes", leaseHistory, { table: "markers", guard: "update", attribute: "owner" }],
  ])("%s", async (_, history, broken) => expect(await fails(history, broken)).toBe(true), TIMEOUT_MS);

  it("and hold over the same store with every guard in place", async () => {
    for (const table of ["accounts", "markers"]) {
      const nothing: Broken = { table, guard: "update", attribute: "none such" };
      for (const history of [inlineHistory, transactHistory, leaseHistory]) {
        expect(await fails(history, nothing, 300)).toBe(false);
      }
    }
  });
});

interface Race {
  readonly status: "running" | "free";
  readonly change: Attributes;
}

/** A worker meets a lease that it may take, and right after its read the marker changes under it. */
async function takeOverWhile({ status, change }: Race, open: () => Store): Promise<unknown> {
  const store = open();
  const marker = { status, owner: "first", fence: 3, fingerprint: "f", leaseUntilMs: NOW_MS - 60_000, result: "" };
  const item = { ...marker, expiresAt: NOW_MS / 1_000 + 86_400 };
  await store.write([{ ...REF, write: { kind: "insert", item } }]);
  let reads = 0;
  const racing: Store = {
    ...store,
    async read(refs) {
      const items = await store.read(refs);
      reads += 1;
      const meanwhile: Write = { kind: "update", set: change, where: { owner: "first" } };
      if (reads === 1) await store.write([{ ...REF, write: meanwhile }]);
      return items;
    },
  };
  const clock = { now: () => NOW_MS, sleep: async () => {} };
  const lease = createLease({ store: racing, clock, table: "markers", leaseMs: 6_000, ttlSeconds: 86_400 });
  return lease.run({ key: "k", fingerprint: "f", remainingMs: () => 30_000 }, async ({ fence }) => fence);
}

describe("A takeover", () => {
  it.each<[string, string, Race, unknown]>([
    [
      "a late completion",
      "status",
      { status: "running", change: { status: "done", result: '"theirs"' } },
      { kind: "duplicate", result: "theirs" },
    ],
    [
      "another owner that came and went",
      "fence",
      { status: "free", change: { owner: "second", fence: 4 } },
      { kind: "applied", result: 5 },
    ],
    [
      "a late heartbeat",
      "leaseUntilMs",
      { status: "running", change: { leaseUntilMs: NOW_MS + 5_000 } },
      { kind: "busy", untilMs: NOW_MS + 5_000 + CLOCK_SKEW_MARGIN_MS },
    ],
  ])("that meets %s looks again, and does not without the guard by %s", async (_, attribute, race, right) => {
    const broken: Broken = { table: "markers", guard: "update", attribute };
    expect(await takeOverWhile(race, memoryStore)).toEqual(right);
    expect(await takeOverWhile(race, () => weakStore(memoryStore(), broken))).not.toEqual(right);
  });
});
