import { defineConfig } from "vitest/config";

/** How every package runs its tests: `vitest run --config ../../vitest.config.ts`, from its own folder. */
export default defineConfig({
  test: {
    // Machines may be slow and shared: a limit ends what hangs, it does not time what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    exclude: ["**/node_modules/**", "dist/**", "**/*.platform.test.ts"],
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
  },
});
