import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "./lambda-fixture.ts";
import { createSourceWatch, type SourceWatch } from "./source-watch.ts";

let root: string;
let changes: number;
let problems: string[];
let sources: SourceWatch;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "doorbell-watch-"));
  changes = 0;
  problems = [];
  sources = createSourceWatch(
    () => (changes += 1),
    (problem) => problems.push(problem),
  );
});
afterEach(() => {
  sources.stop();
  rmSync(root, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

/** Makes one change and waits until it was seen. */
async function seen(change: () => void): Promise<void> {
  const before = changes;
  change();
  await until(() => changes > before);
}

test("folders that are new beside a source are followed, though they hold nothing yet", async () => {
  sources.follow([join(root, "handler.ts")]);
  await seen(() => mkdirSync(join(root, "words")));
  await seen(() => writeFileSync(join(root, "words/late.ts"), ""));
  await seen(() => mkdirSync(join(root, "words/deeper/still"), { recursive: true }));
  await seen(() => writeFileSync(join(root, "words/deeper/still/late.ts"), ""));
});
