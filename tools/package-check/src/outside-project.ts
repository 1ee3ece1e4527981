import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import * as v from "valibot";
import { parse } from "yaml";
import { root } from "./published-packages.ts";
import { readmeHandler } from "./readme-handler.ts";
import { run } from "./run.ts";

/** Node's versions that the packages promise to run on, as npm packages. */
export const NODE_VERSIONS = { node22: "22", node24: "24" } as const;

const RESOLUTIONS = { nodenext: "nodenext", bundler: "esnext" } as const;

const catalogSchema = v.object({ catalog: v.record(v.string(), v.string()) });
const exportsSchema = v.object({ exports: v.record(v.string(), v.string()) });

/** A bundler that makes ESM of pino, which is CommonJS, must give it a `require`. */
const BANNER = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Makes a project of somebody else's in an empty folder: the tarballs, and what their READMEs ask for, installed by npm. */
export async function installOutside(folder: string, tarballs: Readonly<Record<string, string>>): Promise<void> {
  const { catalog } = v.parse(catalogSchema, parse(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")));
  const theirs = [
    "@aws-sdk/client-dynamodb",
    "@aws-sdk/client-s3",
    "@aws-sdk/client-sqs",
    "@aws-sdk/util-dynamodb",
    "@types/node",
  ];
  const dependencies = {
    ...Object.fromEntries(Object.entries(tarballs).map(([name, tarball]) => [`@doorbell/${name}`, `file:${tarball}`])),
    ...Object.fromEntries(theirs.map((name) => [name, catalog[name] ?? ""])),
    ...Object.fromEntries(Object.entries(NODE_VERSIONS).map(([alias, version]) => [alias, `npm:node@${version}`])),
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  await run(["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], folder);
}

/**
 * Imports all that the packages export, on the given Node, and one module that they do not, which must be refused.
 * @throws CommandFailed
 */
export async function importEverything(folder: string, node: string, names: readonly string[]): Promise<void> {
  const subpaths = names.flatMap((name) => {
    const installed = readFileSync(join(folder, "node_modules/@doorbell", name, "package.json"), "utf8");
    const { exports } = v.parse(exportsSchema, JSON.parse(installed));
    return Object.keys(exports).map((subpath) => `@doorbell/${name}${subpath.slice(1)}`);
  });
  const program = `
    for (const subpath of ${JSON.stringify(subpaths)}) await import(subpath);
    const refused = await import("@doorbell/batch/settle").catch(({ code }) => code);
    if (refused !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw new Error("internals can be imported");`;
  await run([node, "--input-type=module", "--eval", program], folder);
}

/** Writes the handler of each README, type-checks all of them under both resolutions, and bundles each. @throws CommandFailed */
export async function buildServices(folder: string, names: readonly string[]): Promise<void> {
  mkdirSync(join(folder, "src"));
  for (const name of names) writeFileSync(join(folder, "src", `${name}.ts`), readmeHandler(name));
  const compilerOptions = { target: "es2024", lib: ["es2024"], strict: true, noEmit: true, types: ["node"] };
  for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
    const tsconfig = { compilerOptions: { ...compilerOptions, module, moduleResolution }, include: ["src"] };
    writeFileSync(join(folder, `tsconfig.${moduleResolution}.json`), JSON.stringify(tsconfig));
  }
  const tsc = join(import.meta.dirname, "../node_modules/.bin/tsc");
  await Promise.all([
    ...Object.keys(RESOLUTIONS).map((resolution) => run([tsc, "-p", `tsconfig.${resolution}.json`], folder)),
    build({
      entryPoints: names.map((name) => join(folder, "src", `${name}.ts`)),
      outdir: join(folder, "dist"),
      outExtension: { ".js": ".mjs" },
      bundle: true,
      minify: true,
      platform: "node",
      target: "node22",
      format: "esm",
      banner: { js: BANNER },
      logLevel: "warning",
    }),
  ]);
}
