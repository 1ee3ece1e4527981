import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** V8 may hold 100 MB, garbage included: on a large machine it lets much more of it lie, which says nothing of what is kept. */
const ROWS = 1_000_000;

it("a million invocations fit into 200 MB, with 100,000 of them kept and a page that listens and searches", async () => {
  const soak = join(import.meta.dirname, "../../test/soak.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--max-semi-space-size=2",
    "--max-old-space-size=96",
    soak,
    String(ROWS),
  ]);
  const { grownMb, last, told }: { grownMb: number; last: number; told: number } = JSON.parse(stdout);
  process.stdout.write(`${ROWS} invocations: ${grownMb} MB more at most, ${told} told to the page\n`);
  expect(last).toBe(ROWS - 1);
  expect(told).toBeGreaterThan(0);
  expect(grownMb).toBeLessThan(200);
});
