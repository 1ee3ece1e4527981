import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBundler, type Bundle } from "./bundle.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "doorbell-bundle-"));
  mkdirSync(join(root, "apps/x/src"), { recursive: true });
  writeFileSync(join(root, "apps/x/src/answer.ts"), "export const answer: number = 41;");
  writeFileSync(
    join(root, "apps/x/src/handler.ts"),
    'import { answer } from "./answer.ts"; export const handler = async (): Promise<number> => answer;',
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function bundle(handler = "apps/x/src/handler.handler"): Promise<Bundle> {
  const bundler = createBundler({ name: "x", handler, root, cacheDir: join(root, "cache") });
  try {
    return await bundler.bundle();
  } finally {
    await bundler.stop();
  }
}

async function answerOf(taskRoot: string): Promise<unknown> {
  const loaded: unknown = await import(join(taskRoot, "apps/x/src/handler.mjs"));
  if (typeof loaded !== "object" || loaded === null || !("handler" in loaded)) return undefined;
  return typeof loaded.handler === "function" ? await loaded.handler() : undefined;
}

test("a handler path leads to a bundled module with a source map", async () => {
  const { taskRoot } = await bundle();
  expect(await answerOf(taskRoot)).toBe(41);
  expect(existsSync(join(taskRoot, "apps/x/src/handler.mjs.map"))).toBe(true);
});

test("an unchanged function keeps its bundle", async () => {
  const first = await bundle();
  writeFileSync(join(first.taskRoot, "mark"), "");
  const second = await bundle();
  expect(second).toEqual(first);
  expect(existsSync(join(second.taskRoot, "mark"))).toBe(true);
});

test("a change in an imported file makes a new bundle", async () => {
  const first = await bundle();
  writeFileSync(join(root, "apps/x/src/answer.ts"), "export const answer: number = 1 + 41;");
  const second = await bundle();
  expect(second.taskRoot).not.toBe(first.taskRoot);
  expect(await answerOf(second.taskRoot)).toBe(42);
});

test("several local clouds may bundle at the same moment", async () => {
  const roots = await Promise.all(Array.from({ length: 4 }, () => bundle()));
  expect(new Set(roots.map(({ taskRoot }) => taskRoot)).size).toBe(1);
});

test("a handler without a source file is refused by name", async () => {
  await expect(bundle("apps/y/src/handler.handler")).rejects.toMatchObject({
    code: "BUNDLE_FAILED",
    functionName: "x",
    details: ["No apps/y/src/handler.ts for the handler apps/y/src/handler.handler."],
  });
});

test("code that does not parse is refused with file and line", async () => {
  writeFileSync(join(root, "apps/x/src/answer.ts"), "\nexport const = 1;");
  await expect(bundle()).rejects.toMatchObject({
    code: "BUNDLE_FAILED",
    details: [expect.stringMatching(/^apps\/x\/src\/answer\.ts:2: /)],
  });
});

test.skipIf(process.platform !== "linux")("no process of esbuild is left once every bundler has let go", async () => {
  const bundlers = Array.from({ length: 3 }, (_, n) =>
    createBundler({ name: `x${n}`, handler: "apps/x/src/handler.handler", root, cacheDir: join(root, "cache") }),
  );
  await Promise.all(bundlers.map((each) => each.bundle()));
  expect(esbuildProcesses()).toBe(1);
  await bundlers[0]?.stop();
  await bundlers[1]?.stop();
  expect(esbuildProcesses()).toBe(1);
  await bundlers[2]?.stop();
  await vi.waitFor(() => expect(esbuildProcesses()).toBe(0), { timeout: 10_000 });
  // And the next one starts it again.
  expect(await answerOf((await bundle()).taskRoot)).toBe(41);
});

/** Children of this process that run esbuild and have not ended. */
function esbuildProcesses(): number {
  return readdirSync("/proc").filter((pid) => {
    try {
      const [, state, parent] =
        / \((?:.*)\) (\w) (\d+)/s.exec(` ${readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^\d+/, "")}`) ?? [];
      const isOurs = parent === String(process.pid) && state !== "Z";
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("esbuild");
    } catch {
      return false;
    }
  }).length;
}
