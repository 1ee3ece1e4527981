import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { createStreamCheckpoints } from "./stream-checkpoints.ts";

const after = (sequenceNumber: string) => ({ kind: "after", sequenceNumber }) as const;

describe("the checkpoints of a mapping", () => {
  test("are bounded by the shards that the stream has: of shards that are gone none stays", () => {
    const state = new DatabaseSync(":memory:");
    const checkpoints = createStreamCheckpoints(state);
    const mapping = checkpoints.of("m");
    const other = checkpoints.of("other");
    other.store("shard-0", after("7"));
    for (let at = 0; at < 1_000; at += 1) {
      mapping.store(`shard-${at}`, after(String(at)));
      mapping.forgetAllBut([`shard-${at - 1}`, `shard-${at}`]);
    }
    expect(state.prepare("SELECT mapping, shard FROM stream_checkpoints ORDER BY mapping, shard").all()).toEqual([
      { mapping: "m", shard: "shard-998" },
      { mapping: "m", shard: "shard-999" },
      { mapping: "other", shard: "shard-0" },
    ]);
    expect(mapping.position("shard-999")).toEqual(after("999"));
  });

  test("stay, the last ones, until a shard of today has one, so that the mapping is not taken for a new one", () => {
    const mapping = createStreamCheckpoints(new DatabaseSync(":memory:")).of("m");
    mapping.store("shard-0", after("7"));
    mapping.forgetAllBut(["shard-1"]);
    mapping.forgetAllBut([]);
    expect([mapping.empty(), mapping.position("shard-1")]).toEqual([false, undefined]);
    mapping.store("shard-1", { kind: "oldest" });
    mapping.forgetAllBut(["shard-1"]);
    expect([mapping.position("shard-0"), mapping.position("shard-1")]).toEqual([undefined, { kind: "oldest" }]);
  });
});
