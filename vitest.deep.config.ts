import { testRun } from "./vitest.config.ts";

/**
 * What takes minutes: long histories, kills, fuzzing with many inputs, a service of each kind generated. `npm run test:deep` runs
 * all of it; `vitest run --config ../../vitest.deep.config.ts` a package's own.
 */
export default testRun({
  include: ["**/*.deep.test.ts"],
  exclude: ["**/node_modules/**", "dist/**"],
  testTimeout: 900_000,
  maxWorkers: 1,
  reporters: ["default", ["json", { outputFile: "deep-test-results.json" }]],
});
