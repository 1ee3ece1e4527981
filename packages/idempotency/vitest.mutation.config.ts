import { defineConfig } from "vitest/config";

/** The tests that need no emulator, and of the long histories none: a mutant is tried against each of them. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    exclude: ["**/*.deep.test.ts", "src/dynamo-store.test.ts", "src/permissions.test.ts", "src/*-histories.test.ts"],
  },
});
