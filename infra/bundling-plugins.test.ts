import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const [, setting = ""] =
  /nodejs: \{ plugins: "([^"]+)" \}/.exec(readFileSync(join(import.meta.dirname, "service.ts"), "utf8")) ?? [];

/**
 * Loads the plugins and asks them, as SST's command line does through `functions/nodejs-runtime/plugin.mjs` of its platform: a
 * file for `import()`, whose default export is a list, each with a filter that is tested against no path.
 */
const asSst = `
  const callbacks = [];
  const { default: plugins } = await import(process.argv[1]);
  for (const plugin of plugins)
    plugin.setup({ onResolve: ({ filter }, callback) => new RegExp(filter).test(undefined) && callbacks.push(callback), onLoad() {}, onEnd() {} });
  const asked = { path: "@aws-sdk/credential-provider-node", importer: "/client.js" };
  for (const callback of callbacks) console.log(JSON.stringify(await callback(asked)));
`;

/** The Nodes of this machine that are not of an install: SST runs whichever `node` is first on the path. */
const onPath = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => join(folder, "node"))
  .filter((file) => existsSync(file));

test.each([
  // What Node 20 lacks, and Node 24 can be told to do without.
  ["a Node that reads no TypeScript", process.execPath, ["--no-experimental-strip-types"]],
  ...[...new Set(onPath.map((file) => realpathSync(file)))].map((file): [string, string, string[]] => [file, file, []]),
])("%s loads the plugins that infra/service.ts names, as SST loads them", (_, node, flags) => {
  const code = ["--input-type=module", "--eval", asSst, join(root, setting)];
  const { status, stdout, stderr } = spawnSync(node, [...flags, ...code], { cwd: root, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const { path } = JSON.parse(stdout);
  expect(path).toMatch(/environment-credentials\.ts$/);
  expect(existsSync(path)).toBe(true);
});
