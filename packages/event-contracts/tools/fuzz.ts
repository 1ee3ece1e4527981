import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { FUZZ_TARGETS } from "../test/fuzz-targets.ts";

/** `pnpm fuzz [--runs N] [--seed S] [--only NAME]`: the fuzz targets of the tests with many more inputs; fails at the first that is wrong. */
const { values } = parseArgs({
  options: { runs: { type: "string", default: "100000" }, seed: { type: "string" }, only: { type: "string" } },
});
const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
process.stdout.write(`seed ${seed}\n`);
for (const { name, property } of FUZZ_TARGETS) {
  if (values.only !== undefined && values.only !== name) continue;
  const start = performance.now();
  await fc.assert(property, { numRuns: Number(values.runs), seed });
  process.stdout.write(`${name}: ${values.runs} inputs in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
