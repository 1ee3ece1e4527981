import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ingestFile } from "./ingest-file.ts";
import { CHECKPOINT_ORDERS, STEP_LINES } from "./limits.ts";
import type { Reject } from "./order-file/reject.ts";
import { csvLine, header } from "../test/testing.ts";

const CHUNK_BYTES = 100_000;

async function run(lines: readonly string[], limits: { maxRejectedLines?: number } = {}) {
  const bytes = Buffer.from([header, ...lines].join("\n"));
  const rejected: Reject[] = [];
  const checkpoints: number[] = [];
  async function* stored() {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
  }
  const ingested = await ingestFile({
    upload: { id: "u", bucket: "uploads", key: "a", version: "1", eventTime: "2024-03-01T08:30:00Z" },
    stored: stored(),
    outlet: {
      send: async (bodies) => {
        await turn();
        return bodies.map(() => ({ kind: "sent" }));
      },
    },
    rejects: {
      write: async (found) => void rejected.push(...found),
      close: async () => "rejects",
      abandon: async () => {},
    },
    checkpoint: 0,
    remainingMs: () => 60_000,
    signal: new AbortController().signal,
    saveCheckpoint: async (checkpoint) => void checkpoints.push(checkpoint),
    ...limits,
  });
  return { ingested, rejected, checkpoints };
}

test("the checkpoint is saved on the way", async () => {
  const { ingested, checkpoints } = await run(
    Array.from({ length: 3 * CHECKPOINT_ORDERS }, (_, number) => csvLine({ "Order ID": `O-${number}` })),
  );
  expect(ingested).toMatchObject({ status: "done", orders: 3 * CHECKPOINT_ORDERS });
  expect(checkpoints.length).toBeGreaterThanOrEqual(2);
  expect(checkpoints).toEqual(checkpoints.toSorted((a, b) => a - b));
});

test("a file of which nearly every line is refused is not read to its end", async () => {
  const lines = Array.from({ length: 100_000 }, () => "rubbish");
  const { ingested, rejected } = await run([csvLine(), csvLine({ "Order ID": "open" }), ...lines], {
    maxRejectedLines: 1000,
  });
  expect(ingested).toMatchObject({ status: "incomplete", reason: "more than 1000 lines refused", orders: 1 });
  expect(ingested.lines).toBeLessThan(50_000);
  expect(rejected.at(-1)?.reasons).toMatchObject([{ received: "more than 1000 lines refused" }]);
});

describe("the event loop turns between steps", () => {
  const lineCount = 100_000;
  const short = "y\n".repeat(lineCount);
  test.each([
    ["short lines", [short]],
    ["a quote that is never closed before them", ['1,"open', short]],
  ])("%s", async (_, lines) => {
    let turns = 0;
    let next = setImmediate(function count() {
      turns++;
      next = setImmediate(count);
    });
    const { ingested } = await run(lines);
    clearImmediate(next);
    expect(ingested.rejectedLines).toBeGreaterThanOrEqual(lineCount);
    expect(turns).toBeGreaterThanOrEqual(lineCount / STEP_LINES);
  });
});
