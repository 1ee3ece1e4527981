import { defineConfig } from "vitest/config";

/** The tests that need SST's platform in `.sst/platform`; each evaluates a small configuration in a process of its own. */
export default defineConfig({
  test: { include: ["test/**/*.platform.test.ts"], testTimeout: 240_000 },
});
