import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../../test/lambda-fixture.ts";
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

test("a folder that is removed and made again is followed again", async () => {
  mkdirSync(join(root, "words"));
  sources.follow([join(root, "handler.ts"), join(root, "words/old.ts")]);
  await seen(() => rmSync(join(root, "words"), { recursive: true }));
  await seen(() => mkdirSync(join(root, "words")));
  await seen(() => writeFileSync(join(root, "words/late.ts"), ""));
});

test("a new folder with a link back to where it lies, or one that is gone at once, does no harm", async () => {
  sources.follow([join(root, "handler.ts")]);
  const elsewhere = mkdtempSync(join(tmpdir(), "doorbell-watch-"));
  symlinkSync(root, join(elsewhere, "back"));
  await seen(() => renameSync(elsewhere, join(root, "linked")));
  for (let round = 0; round < 100; round += 1) {
    mkdirSync(join(root, "brief/inner"), { recursive: true });
    rmSync(join(root, "brief"), { recursive: true });
  }
  await seen(() => writeFileSync(join(root, "linked/late.ts"), ""));
});
