import { defineConfig } from "vitest/config";

/** The tests that need no emulator: a mutant is tried against each of them. */
export default defineConfig({
  test: { include: ["src/**/*.test.ts"], exclude: ["**/*.deep.test.ts"] },
});
