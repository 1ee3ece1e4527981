import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./support/running-cloud.ts";

const page = readFileSync(join(root, "docs/local-cloud-evidence.md"), "utf8");

/** Every `[file](path): “name” · “name”` of the page. */
const named = [...page.matchAll(/\[[\w-]+\]\(\.\.\/([^)]+\.test\.ts)\): ((?:“[^”]+”(?: · )?)+)/g)].flatMap(
  ([, file = "", names = ""]) => [...names.matchAll(/“([^”]+)”/g)].map(([, name = ""]) => ({ file, name })),
);

describe("docs/local-cloud-evidence.md", () => {
  it("names many tests", () => {
    expect(named.length).toBeGreaterThan(100);
    expect(page.match(/\.test\.ts\)/g)?.length).toBe(page.match(/\.test\.ts\): “/g)?.length);
  });

  it("names only tests that exist", () => {
    const missing = named.filter(
      ({ file, name }) => !existsSync(join(root, file)) || !readFileSync(join(root, file), "utf8").includes(name),
    );
    expect(missing).toEqual([]);
  });

  it("has a test, or a place among the limits, in every row", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
    const bare = rows.filter((row) => !row.includes("“") && !/^\| (?:`|on AWS|here|field)/.test(row));
    expect(bare).toEqual([]);
  });
});
