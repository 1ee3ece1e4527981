import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CodeDefinition } from "../../graph/graph.ts";
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

async function bundle(handler = "apps/x/src/handler.handler", over: Partial<CodeDefinition> = {}): Promise<Bundle> {
  const code = { handler, options: {}, copyFiles: [], ...over };
  const bundler = createBundler({ name: "x", code, runtime: "nodejs24.x", root, cacheDir: join(root, "cache") });
  try {
    return await bundler.bundle();
  } finally {
    await bundler.stop();
  }
}

async function answerOf(taskRoot: string, module = "bundle.mjs"): Promise<unknown> {
  const loaded: unknown = await import(join(taskRoot, module));
  if (typeof loaded !== "object" || loaded === null || !("handler" in loaded)) return undefined;
  return typeof loaded.handler === "function" ? await loaded.handler() : undefined;
}

test("a handler path leads to a bundled module with a source map", async () => {
  const { taskRoot } = await bundle();
  expect(await answerOf(taskRoot)).toBe(41);
  expect(existsSync(join(taskRoot, "bundle.mjs.map"))).toBe(true);
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
  const code = { handler: "apps/x/src/handler.handler", options: {}, copyFiles: [] };
  const bundlers = Array.from({ length: 3 }, (_, n) =>
    createBundler({ name: `x${n}`, code, runtime: "nodejs24.x", root, cacheDir: join(root, "cache") }),
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

/** What a handler of these files answers, bundled with SST's options. */
async function answer(files: Readonly<Record<string, string>>, handler: string, over: Partial<CodeDefinition> = {}) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const made = await bundle(handler, over);
  expect(made.handler).toBe(over.bundle === undefined ? "bundle.handler" : handler);
  return answerOf(made.taskRoot, moduleOf(made));
}

const moduleOf = ({ taskRoot }: Bundle) =>
  ["bundle.mjs", "bundle.cjs", "index.js"].find((file) => existsSync(join(taskRoot, file))) ?? "";

test.each([".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"])(
  "a handler may be a file %s",
  async (ending) => {
    expect(await answer({ [`api${ending}`]: "export const handler = async () => 42;" }, "api.handler")).toBe(42);
  },
);

test("a module's name may have dots: the last one parts it from the export", async () => {
  const files = { "src/api.v1.ts": "export const handler = async () => 1;", "src/api.ts": "" };
  expect(await answer(files, "src/api.v1.handler")).toBe(1);
});

test.each([
  [
    "format cjs",
    { format: "cjs" },
    "export const handler = async () => typeof require('node:fs').readFile;",
    "function",
  ],
  [
    "CommonJS's names in an ES module",
    {},
    "export const handler = async () => typeof require + typeof __dirname;",
    "functionstring",
  ],
  [
    "a loader of text",
    { loader: { ".sql": "text" } },
    'import sql from "./q.sql"; export const handler = async () => sql;',
    "select 1",
  ],
  [
    "a banner",
    { banner: "globalThis.fromBanner = 7;" },
    "export const handler = async () => globalThis.fromBanner;",
    7,
  ],
  [
    "a definition of esbuild",
    { esbuild: { define: { MODE: '"local"' } } },
    "export const handler = async () => MODE;",
    "local",
  ],
  ["splitting", { splitting: true }, 'export const handler = async () => (await import("./late.ts")).late;', "late"],
  ["minify, which is passed over", { minify: true, sourcemap: false }, "export const handler = async () => 1;", 1],
])("SST's nodejs options: %s", async (_, options, source, expected) => {
  const files = { "src/q.sql": "select 1", "src/late.ts": 'export const late = "late";', "src/api.ts": source };
  expect(await answer(files, "src/api.handler", { options })).toBe(expected);
});

test("SST's nodejs options: plugins, from a file of the project", async () => {
  const files = {
    "plugins.mjs": `export default [{ name: "words", setup(build) {
      build.onLoad({ filter: /word\\.ts$/ }, () => ({ contents: 'export const word = "plugged";' }));
    } }];`,
    "word.ts": 'export const word = "plain";',
    "api.ts": 'import { word } from "./word.ts"; export const handler = async () => word;',
  };
  expect(await answer(files, "api.handler", { options: { plugins: "./plugins.mjs" } })).toBe("plugged");
});

test("SST's nodejs options: what is to be installed is loaded from the nearest node_modules, and refused where it is not there", async () => {
  const files = {
    "services/node_modules/answer/package.json": '{ "name": "answer", "main": "index.js" }',
    "services/node_modules/answer/index.js": "module.exports = { where: __dirname };",
    "services/api.ts": 'import { where } from "answer"; export const handler = async () => where;',
  };
  const code = { options: { install: ["answer"] } };
  expect(await answer(files, "services/api.handler", code)).toBe(
    join(realpathSync(root), "services/node_modules/answer"),
  );
  rmSync(join(root, "services/node_modules"), { recursive: true });
  await expect(bundle("services/api.handler", code)).rejects.toMatchObject({
    details: ["Not installed: answer, which its nodejs.install names."],
  });
});

test("an option that SST does not have is refused by name", async () => {
  await expect(
    bundle("apps/x/src/handler.handler", { options: { esbuild: { treeShake: true } } }),
  ).rejects.toMatchObject({
    code: "BUNDLE_FAILED",
    details: [expect.stringContaining("nodejs.esbuild.treeShake")],
  });
});

test("copied files lie beside the code, and a change of one makes a new bundle", async () => {
  const files = {
    "data/words/one.txt": "one",
    "api.ts": `import { readFileSync } from "node:fs";
      export const handler = async () => readFileSync(new URL("words/one.txt", import.meta.url), "utf8");`,
  };
  const code = { copyFiles: [{ from: join(root, "data/words"), to: "words" }] };
  expect(await answer(files, "api.handler", code)).toBe("one");
  expect(await answer({ "data/words/one.txt": "changed" }, "api.handler", code)).toBe("changed");
  expect(await answer({ "data/words/two.txt": "two" }, "api.handler", code)).toBe("changed");
  const { taskRoot, sources } = await bundle("api.handler", code);
  expect(existsSync(join(taskRoot, "words/two.txt"))).toBe(true);
  expect(sources).toContain(join(root, "data/words/two.txt"));
});

test("a folder that is built already is taken as it is", async () => {
  const files = {
    "dist/index.js": "export const handler = async () => 'built';",
    "dist/package.json": '{ "type": "module" }',
  };
  expect(await answer(files, "index.handler", { bundle: "./dist" })).toBe("built");
});
