import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ingestFile } from "./ingest-file.ts";
import { CHECKPOINT_ORDERS, REJECTED_LINES, STEP_LINES } from "./limits.ts";
import type { Reject } from "./order-file/reject.ts";
import { csvLine, header } from "../test/testing.ts";

const CHUNK_BYTES = 100_000;

async function run(lines: readonly string[]) {
  const bytes = Buffer.from([header, ...lines].join("\n"));
  let lastReject: Reject | undefined;
  const checkpoints: number[] = [];
  async function* stored() {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
  }
  const ingested = await ingestFile({
    upload: {
      id: "u",
      bucket: "uploads",
      key: "a",
      partner: "default",
      version: "1",
      eventTime: "2024-03-01T08:30:00Z",
    },
    stored: stored(),
    outlet: {
      send: async (bodies) => {
        await turn();
        return bodies.map(() => ({ kind: "sent" }));
      },
    },
    rejects: {
      write: async (found) => void (lastReject = found.at(-1)),
      close: async () => "rejects",
      abandon: async () => {},
    },
    checkpoint: 0,
    remainingMs: () => 60_000,
    signal: new AbortController().signal,
    saveCheckpoint: async (checkpoint) => void checkpoints.push(checkpoint),
  });
  return { ingested, lastReject, checkpoints };
}

test("the checkpoint is saved on the way", async () => {
  const { ingested, checkpoints } = await run(
    Array.from({ length: 3 * CHECKPOINT_ORDERS }, (_, number) => csvLine({ "Order ID": `O-${number}` })),
  );
  expect(ingested).toMatchObject({ status: "done", orders: 3 * CHECKPOINT_ORDERS });
  expect(checkpoints.length).toBeGreaterThanOrEqual(2);
  expect(checkpoints).toEqual(checkpoints.toSorted((a, b) => a - b));
});

test("a file of which nearly every line is rejected is not read to its end", { timeout: 120_000 }, async () => {
  const total = REJECTED_LINES * 1.2;
  const { ingested, lastReject } = await run([csvLine(), csvLine({ "Order ID": "open" }), "y\n".repeat(total)]);
  const reason = `more than ${REJECTED_LINES} lines rejected`;
  expect(ingested).toMatchObject({ status: "incomplete", reason, orders: 1 });
  expect(ingested.lines).toBeLessThan(total);
  expect(lastReject?.reasons).toMatchObject([{ received: reason }]);
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
