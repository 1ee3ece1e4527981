import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compactDatabase } from "./compact-database.ts";

const MB = 1024 * 1024;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-compact-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A database of 4 MB with rows of 1 KB, of which one in `keep` is left, and so the sum of their ids. */
function databaseOf(file: string, keep: number): { readonly left: () => unknown } {
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)");
  database.exec(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO rows SELECT i, zeroblob(1024) FROM n",
  );
  database.exec(`DELETE FROM rows WHERE id % ${keep} <> 0`);
  database.close();
  return {
    left() {
      const opened = new DatabaseSync(file);
      const { sum } = opened.prepare("SELECT sum(id) AS sum FROM rows").get() ?? {};
      opened.close();
      return sum;
    },
  };
}

test("gives free pages back and keeps every row", async () => {
  const file = join(root, "rows.db");
  const { left } = databaseOf(file, 100);
  const before = left();
  expect((await stat(file)).size).toBeGreaterThan(4 * MB);
  compactDatabase(file);
  expect((await stat(file)).size).toBeLessThan(MB / 4);
  expect(left()).toBe(before);
});

test("leaves a file alone in which there is little to gain, and an empty one", async () => {
  const file = join(root, "rows.db");
  databaseOf(file, 1);
  const { mtimeMs, size } = await stat(file);
  compactDatabase(file);
  expect(await stat(file)).toMatchObject({ mtimeMs, size });
  const empty = join(root, "empty.db");
  await writeFile(empty, "");
  compactDatabase(empty);
  expect((await stat(empty)).size).toBe(0);
});
