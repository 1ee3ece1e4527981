import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeStateFolder } from "./state-folder.ts";

let root: string;
let notices: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "doorbell-state-folder-"));
  notices = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const take = (dir: string) => takeStateFolder(dir, (sentence) => notices.push(sentence));
const modeOf = (path: string) => statSync(path).mode & 0o777;
const isRoot = process.getuid?.() === 0;

/** Root may write everywhere; then as somebody else. */
const asNobody = (act: () => void) => {
  if (isRoot) process.seteuid?.(65_534);
  try {
    act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
};

describe("a path that cannot be a state folder is refused with its name and the reason:", () => {
  test("a file", () => {
    const path = join(root, "file");
    writeFileSync(path, "");
    expect(() => take(path)).toThrow(
      `The state folder ${path} cannot be used: it is a file, not a folder. Choose another folder with --state.`,
    );
  });

  test("a path under a file", () => {
    writeFileSync(join(root, "file"), "");
    const path = join(root, "file", "under", "it");
    expect(() => take(path)).toThrow(
      `The state folder ${path} cannot be used: ${join(root, "file")} is a file, not a folder.`,
    );
  });

  test.runIf(process.platform === "linux")("a path under /proc, where Node's own recursive mkdir never returns", () => {
    expect(() => take("/proc/doorbell/state")).toThrow(
      /^The state folder \/proc\/doorbell\/state cannot be used: nothing can be created there \(ENOENT: .*'\/proc\/doorbell'\)\. /,
    );
  });

  test.runIf(process.platform !== "win32")("a folder, and a path in one, that may not be written", () => {
    chmodSync(root, 0o755);
    const path = join(root, "read-only");
    mkdirSync(path, { mode: 0o500 });
    asNobody(() => {
      expect(() => take(path)).toThrow(`The state folder ${path} cannot be used: you may not write there (EACCES`);
      expect(() => take(join(path, "inner"))).toThrow("inner cannot be used: you may not write there (EACCES");
    });
    chmodSync(path, 0o700);
  });

  test("a link to nothing", () => {
    const path = join(root, "link");
    symlinkSync(join(root, "nothing"), path);
    expect(() => take(path)).toThrow(`The state folder ${path} cannot be used: `);
  });

  test("a folder with a folder where a database should be", () => {
    mkdirSync(join(root, "fauxqs.db"));
    expect(() => take(root)).toThrow(`${join(root, "fauxqs.db")} is a folder, not a file`);
  });
});

describe.runIf(process.platform !== "win32")("of a state folder", () => {
  test("what is made is its owner's alone", () => {
    const path = join(root, "made", "here");
    take(path)();
    expect([join(root, "made"), path, join(path, "dynamodb")].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
    expect(readdirSync(path).toSorted()).toEqual(["dynamodb", "fauxqs.db", "lambda.sqlite", "lock.sqlite"]);
    for (const file of ["fauxqs.db", "lambda.sqlite", "lock.sqlite", "dynamodb/shared-local-instance.db"])
      expect(modeOf(join(path, file))).toBe(0o600);
    expect(notices).toEqual([]);
  });

  test("one that is open to others is closed to them, with a notice, once", () => {
    const path = join(root, "open");
    take(path)();
    for (const folder of [path, join(path, "dynamodb")]) chmodSync(folder, 0o755);
    writeFileSync(join(path, "fauxqs.db-wal"), "");
    for (const file of ["fauxqs.db", "fauxqs.db-wal"]) chmodSync(join(path, file), 0o644);
    take(path)();
    expect(notices).toEqual([
      `The state folder ${path} was open to other users of this machine; now it is open to you alone.`,
    ]);
    expect(["", "dynamodb", "fauxqs.db", "fauxqs.db-wal"].map((name) => modeOf(join(path, name)))).toEqual([
      0o700, 0o700, 0o600, 0o600,
    ]);
    take(path)();
    expect(notices).toHaveLength(1);
  });

  test("a folder that is open to others and holds something else is refused and left as it is", () => {
    chmodSync(root, 0o755);
    writeFileSync(join(root, "something.txt"), "");
    expect(() => take(root)).toThrow(
      `The state folder ${root} cannot be used: other users may open it, and it holds files that are not a local cloud's.`,
    );
    expect(modeOf(root)).toBe(0o755);
    expect(readdirSync(root)).toEqual(["something.txt"]);
  });
});

test("a database that cannot be compacted is told of and used as it is", () => {
  const path = join(root, "state");
  take(path)();
  const database = join(path, "fauxqs.db");
  const bytes = Buffer.alloc(2 * 1024 * 1024, "no database");
  writeFileSync(database, bytes);
  take(path)();
  expect(notices).toEqual([
    expect.stringMatching(/fauxqs\.db could not be compacted and is used as it is: .*not a database/),
  ]);
  expect(statSync(database).size).toBe(bytes.length);
});
