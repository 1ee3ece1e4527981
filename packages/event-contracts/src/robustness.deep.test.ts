import * as fc from "fast-check";
import { test } from "vitest";
import { FUZZ_TARGETS } from "../test/fuzz-targets.ts";

/** Longer still: pnpm fuzz. A failure prints its seed and path. */
const RUNS = 30_000;

test.each(FUZZ_TARGETS)("many mutants: $name", async ({ property }) => {
  await fc.assert(property, { numRuns: RUNS });
});
