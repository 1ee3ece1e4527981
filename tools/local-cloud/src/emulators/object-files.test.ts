import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createObjectFiles } from "./object-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-files-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("without a folder of its own, files lie in a temporary one", () => {
  beforeEach(() => vi.stubEnv("TMPDIR", folder));

  test("that is made with the first of them and gone with the end", () => {
    const files = createObjectFiles();
    files.keepOnly(new Set());
    expect(readdirSync(folder)).toEqual([]);
    files.write("a", 1, Buffer.from("x"));
    expect(readdirSync(folder)).toEqual([expect.stringMatching(`^doorbell-objects-${process.pid}-`)]);
    files.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("and those of processes that were killed are removed", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const living = `doorbell-objects-${process.ppid}-other`;
    for (const name of [`doorbell-objects-${pid}-dead`, living, "doorbell-objects-no-pid", "something"])
      mkdirSync(join(folder, name));
    const files = createObjectFiles();
    files.write("a", 1, Buffer.from("x"));
    expect(readdirSync(folder).filter((name) => !name.startsWith(`doorbell-objects-${process.pid}-`))).toEqual([
      living,
      "doorbell-objects-no-pid",
      "something",
    ]);
    files.close();
  });
});

describe("bytes in files", () => {
  const filed = {
    id: "a",
    parts: [
      { number: 2, bytes: 3 },
      { number: 5, bytes: 4 },
    ],
  };

  test.each([
    [0, 6, "abcdefg"],
    [1, 1, "b"],
    [2, 3, "cd"],
    [3, 6, "defg"],
    [6, 6, "g"],
  ])("are read from %d to %d over the borders of parts", async (start, end, text) => {
    const files = createObjectFiles(folder);
    files.write("a", 2, Buffer.from("abc"));
    files.write("a", 5, Buffer.from("overwritten"));
    files.write("a", 5, Buffer.from("defg"));
    expect((await buffer(files.read(filed, start, end))).toString()).toBe(text);
  });

  test("that are removed while one of two reads them are there until both have", async () => {
    const files = createObjectFiles(folder);
    files.write("a", 2, Buffer.from("abc"));
    files.write("a", 5, Buffer.from("defg"));
    const [one, other] = [files.read(filed, 0, 6), files.read(filed, 0, 6)];
    files.remove("a");
    expect((await buffer(one)).length).toBe(7);
    expect(readdirSync(folder)).toEqual(["a"]);
    other.destroy();
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });

  test("of a copy outlive those that were copied, and parts that are not kept are gone", async () => {
    const files = createObjectFiles(folder);
    files.write("a", 2, Buffer.from("abc"));
    files.write("a", 3, Buffer.from("not named"));
    files.write("a", 5, Buffer.from("defg"));
    files.keepParts(filed);
    expect(readdirSync(join(folder, "a")).toSorted()).toEqual(["2", "5"]);
    const copy = files.copy(filed);
    files.remove("a");
    expect((await buffer(files.read(copy, 0, 6))).toString()).toBe("abcdefg");
  });
});
