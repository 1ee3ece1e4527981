import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Machines may be slow and shared: a limit ends what hangs, it does not time what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ["src/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
  },
});
