import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Machines may be slow and shared: a limit ends what hangs, it does not time what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ["*.test.ts"],
    // Each file waits for a local cloud of its own most of the time; by default two cores run one file at a time.
    maxWorkers: 2,
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
  },
});
