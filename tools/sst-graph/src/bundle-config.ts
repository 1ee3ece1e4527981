import { readFile } from "node:fs/promises";
import { basename, extname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, type Loader, type Plugin, build } from "esbuild";
import { isProjectFile } from "./project-file.ts";
import { installedProviders, platformFolder } from "./platform.ts";
import { CONFIG_FILE } from "./project-root.ts";

/** The packages that SST leaves outside of the bundle: they are loaded from the platform, once. */
export const external: string[] = [
  "@pulumi/*",
  "undici",
  "@pulumiverse/*",
  "@sst-provider/*",
  "@aws-sdk/*",
  "esbuild",
  "archiver",
  "glob",
  "vite",
];

/** Where a bundle of this process lies: beside the platform's packages. */
export function bundleFile(root: string, part: "app" | "run"): string {
  return join(platformFolder(root), `${BUNDLE_PREFIX}${process.pid}-${part}.mjs`);
}
const BUNDLE_PREFIX = "sst-graph-";

/** Whether `file`, a path or URL, is a bundle of an evaluation. */
export function isBundle(file: string): boolean {
  return basename(file).startsWith(BUNDLE_PREFIX);
}

/** What CommonJS code inside of the bundle expects to find, on one line so that others keep theirs. */
const banner = [
  `import { createRequire as bundleCreateRequire } from "node:module";`,
  `import { fileURLToPath as bundleFileURLToPath } from "node:url";`,
  `const require = bundleCreateRequire(import.meta.url);`,
  `const __filename = bundleFileURLToPath(import.meta.url);`,
  `const __dirname = bundleFileURLToPath(new URL(".", import.meta.url));`,
].join(" ");

/** What both bundles have in common. */
function options(root: string, outfile: string) {
  const platform = platformFolder(root);
  return {
    absWorkingDir: root,
    bundle: true,
    outfile,
    mainFields: ["module", "main"],
    nodePaths: [join(platform, "node_modules")],
    format: "esm",
    platform: "node",
    target: "node24",
    logLevel: "silent",
    sourcemap: "inline",
    sourcesContent: false,
    // The platform may be a link to another folder: from there, relative paths lead elsewhere.
    sourceRoot: `${pathToFileURL(platform).href}/`,
    keepNames: true,
    external,
  } satisfies BuildOptions;
}

/**
 * Bundles `sst.config.ts` alone, to ask it for its `app()`: SST's components expect to find the answer when they are loaded. In
 * here are neither they nor the globals.
 *
 * @param outfile must lie inside `.sst/platform`, from where the platform's packages are found
 */
export async function bundleApp(root: string, outfile: string): Promise<void> {
  await build({
    ...options(root, outfile),
    entryPoints: [join(root, CONFIG_FILE)],
    banner: { js: `${banner} function $config(input) { return input; }` },
  });
}

/**
 * Bundles `sst.config.ts` with SST's own components into one module, as SST's command line does before it hands the module to
 * Pulumi: the files of the project see the globals `sst`, `aws` (or another provider's) and `$…`; the platform's providers stay
 * outside.
 *
 * @param root the folder of `sst.config.ts` and `.sst/platform`
 * @param outfile must lie inside `.sst/platform`, from where the platform's packages are found
 * @returns the files that the bundle was made of, absolute, SST's own left out
 */
export async function bundleConfig(root: string, outfile: string): Promise<readonly string[]> {
  const platform = platformFolder(root);
  const components = (file: string) => JSON.stringify(join(platform, "src", file));
  const { metafile } = await build({
    ...options(root, outfile),
    stdin: {
      contents: [
        `export { default as config } from ${JSON.stringify(join(root, CONFIG_FILE))};`,
        `export { run } from ${components("auto/run.ts")};`,
        `export { $transform } from ${components("components/component.ts")};`,
        `export * as pulumi from "@pulumi/pulumi";`,
        `export { leakedPromises } from "@pulumi/pulumi/runtime/debuggable.js";`,
      ].join("\n"),
      resolveDir: platform,
    },
    metafile: true,
    banner: { js: banner },
    inject: [join(platform, "src", "shim", "run.js")],
    plugins: [globals(root)],
  });
  return Object.keys(metafile.inputs)
    .map((file) => resolve(root, file))
    .filter((file) => !file.split(sep).includes(".sst") && basename(file) !== "<stdin>")
    .sort();
}

/**
 * Puts the providers in reach of the project's own files, at their end (imports are hoisted), so that lines stay true; and has what
 * cannot run here (front ends, tasks, databases) be as in `sst dev`, where SST neither builds nor deploys it.
 */
function globals(root: string): Plugin {
  const platform = platformFolder(root);
  const imports = [
    `\n;import * as sst from ${JSON.stringify(join(platform, "src", "components"))};`,
    ...installedProviders(root).map(({ alias, package: name }) => `import * as ${alias} from ${JSON.stringify(name)};`),
  ].join(" ");
  return {
    name: "globals",
    setup(builder) {
      builder.onLoad({ filter: /\.[jt]sx?$/ }, async ({ path }) => {
        const loader = loaders[extname(path)] ?? "js";
        if (isProjectFile(path)) return { contents: (await readFile(path, "utf8")) + imports, loader };
        if (naming.test(path)) return { contents: (await readFile(path, "utf8")).replace(chance, "name"), loader };
        if (notBuiltHere.test(path)) return { contents: `const $dev = true; ${await readFile(path, "utf8")}`, loader };
        return undefined;
      });
    },
  };
}

const loaders: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
};

/** Where SST draws the random end of a physical name; here it follows from the logical name, so that a graph is always the same. */
const naming = /\/\.sst\/platform\/src\/components\/naming\.ts$/;
const chance = /crypto\.randomBytes\(8\)\.toString\("hex"\)/;

/** SST's components that in `sst dev` are started by their own tool, or stand for something that already runs on the machine. */
const notBuiltHere =
  /\/\.sst\/platform\/src\/components\/aws\/(?:ssr-site|static-site|task|postgres|mysql|aurora|redis|redis-v1|open-search)\.ts$/;
