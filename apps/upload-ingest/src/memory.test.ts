import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleService, takeFile } from "../test/deployed.ts";
import { hostileFiles } from "../test/hostile-files.ts";

const MEMORY_GOAL_MB = 192;

const folder = mkdtempSync(join(tmpdir(), "doorbell-memory-"));
const bundle = join(folder, "handler.mjs");

beforeAll(() => bundleService(bundle));
afterAll(() => rmSync(folder, { recursive: true }));

// Elsewhere a process's peak counts other things.
test.runIf(process.platform === "linux").each(hostileFiles)(
  `the deployed service stays under ${MEMORY_GOAL_MB} MB: $input`,
  async ({ contents, status }) => {
    const run = await takeFile(bundle, contents);
    expect(run).toMatchObject({ status });
    expect(run.peakMb).toBeGreaterThan(0);
    expect(run.peakMb).toBeLessThan(MEMORY_GOAL_MB);
  },
  300_000,
);
