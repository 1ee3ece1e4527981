import { availableParallelism } from "node:os";
import { type ViteUserConfig, defineConfig } from "vitest/config";

/** What is left out of `npm test`: it needs SST's platform, or minutes (`npm run test:deep`). */
const elsewhere = ["**/*.platform.test.ts", "**/*.deep.test.ts"];

/** How every package runs its tests; `over` says what a run of another kind has instead. */
export function testRun(over: NonNullable<ViteUserConfig["test"]> = {}): ViteUserConfig {
  return defineConfig({
    test: {
      // Much of the time a test waits for a process that it started, so that two at a time pay off even on two cores.
      maxWorkers: Math.max(2, availableParallelism() - 1),
      // A worker takes one file after another: to load everything anew for each cost a third of the processor time. A file leaves
      // the process (timers, environment variables) as it found it.
      isolate: false,
      // Machines may be slow and shared: a limit ends what hangs, it does not time what is tested.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      exclude: ["**/node_modules/**", "dist/**", ...elsewhere],
      reporters: ["default", ["json", { outputFile: "test-results.json" }]],
      ...over,
    },
  });
}

/** `vitest run --config ../../vitest.config.ts`, from a package's own folder. */
export default testRun();
