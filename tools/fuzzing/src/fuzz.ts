import { parseArgs } from "node:util";
import * as fc from "fast-check";
import type { FuzzTarget } from "./fuzz-target.ts";

/**
 * The command `pnpm fuzz [--runs N] [--seed S] [--only NAME]` of a package: its targets with many more inputs than in its tests.
 * @throws fast-check's report, with seed and path, at the first input that is wrong
 */
export async function fuzz(targets: readonly FuzzTarget[]): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "100000" }, seed: { type: "string" }, only: { type: "string" } },
  });
  const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
  process.stdout.write(`seed ${seed}\n`);
  for (const { name, property } of targets) {
    if (values.only !== undefined && values.only !== name) continue;
    const start = performance.now();
    await fc.assert(property, { numRuns: Number(values.runs), seed });
    process.stdout.write(`${name}: ${values.runs} inputs in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  }
}
