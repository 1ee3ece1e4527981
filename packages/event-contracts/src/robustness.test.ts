import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FUZZ_TARGETS } from "../test/fuzz-targets.ts";
import { parseBusinessEvent } from "./business-event.ts";
import { sampleOrderPlaced } from "./testing.ts";

/** Longer: pnpm fuzz. A failure prints its seed and path. */
const RUNS = 1_500;

test.each(FUZZ_TARGETS)("mutants: $name", async ({ property }) => {
  await fc.assert(property, { numRuns: RUNS });
});

/** Of processor time, which a busy machine does not stretch: far above the need, far below what a quadratic parser takes. */
const PATIENCE_MS = 2_000;

test.each<[string, () => unknown]>([
  [
    "an identifier of white space",
    () => parseBusinessEvent(JSON.stringify({ ...sampleOrderPlaced(), id: `a${" ".repeat(150_000)}a` })),
  ],
  ["an amount of digits", () => parseBusinessEvent(JSON.stringify(sampleOrderPlaced({ total: "9".repeat(150_000) })))],
])("%s is answered soon, with a short answer", (_, parse) => {
  const start = process.cpuUsage();
  const answer = parse();
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(PATIENCE_MS);
  expect(answer).toBeDefined();
});
