import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";
import * as v from "valibot";
import { BundleFailed } from "./bundle-failed.ts";

const text = v.optional(v.string());
const texts = v.optional(v.array(v.string()));
const flag = v.optional(v.boolean());
const textByName = v.record(v.string(), v.string());

/** esbuild's loaders that SST hands on. */
const loader = v.picklist(["js", "jsx", "ts", "tsx", "css", "json", "text", "base64", "file", "dataurl", "binary"]);

/** The options of esbuild that SST takes. */
const esbuildSchema = v.strictObject({
  target: v.optional(v.union([v.string(), v.array(v.string())])),
  keepNames: flag,
  define: v.optional(textByName),
  external: texts,
  mainFields: texts,
  conditions: texts,
  nodePaths: texts,
  inject: texts,
  // SST has its own, and `nodejs.banner`.
  banner: v.optional(v.unknown()),
  // There always is one here.
  sourcemap: v.optional(v.unknown()),
});

/** SST's `nodejs` options (SST: "Function", `nodejs`), and what it hands to its builder beside them. */
const nodejsSchema = v.strictObject({
  format: v.optional(v.picklist(["esm", "cjs"]), "esm"),
  loader: v.optional(v.record(v.string(), loader), {}),
  install: v.optional(v.union([v.array(v.string()), textByName]), []),
  banner: v.optional(v.string(), ""),
  esbuild: v.optional(esbuildSchema, {}),
  plugins: text,
  splitting: v.optional(v.boolean(), false),
  // Readable here, whatever is deployed.
  minify: flag,
  sourcemap: flag,
  sourceMap: flag,
  // Of the machine that it is deployed to, not of how it is built.
  architecture: text,
});

/** SST's `nodejs` options of one function. */
export type NodejsOptions = v.InferOutput<typeof nodejsSchema>;

/**
 * Checks SST's `nodejs` options.
 * @throws BundleFailed naming the option that is not known here
 */
export function parseNodejsOptions(functionName: string, options: unknown): NodejsOptions {
  const parsed = v.safeParse(nodejsSchema, options);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new BundleFailed(functionName, [`nodejs.${v.getDotPath(issue) ?? ""}: ${issue.message}`]);
}

/** Native packages that SST never bundles. */
const NEVER_BUNDLED = ["sharp", "pg-native"];

/** What CommonJS code inside of an ES module expects to find, under SST's names for it. */
const COMMONJS = [
  'import { createRequire as topLevelCreateRequire } from "node:module";',
  "const require = topLevelCreateRequire(import.meta.url);",
  'import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "node:url";',
  "const __filename = topLevelFileUrlToPath(import.meta.url);",
  'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url));',
].join(" ");

/** The packages that are left out of the bundle to be loaded from `node_modules`. */
export function installedPackages({ install }: NodejsOptions): readonly string[] {
  return Array.isArray(install) ? install : Object.keys(install);
}

/**
 * How SST bundles a function with these options, though never minified and always with a source map.
 *
 * @param runtime such as `nodejs24.x`, which the bundle's syntax fits
 */
export async function buildOptionsOf(options: NodejsOptions, runtime: string, root: string) {
  const { format, loader: loaders, banner, esbuild, splitting } = options;
  const { external = [], banner: _banner, sourcemap: _sourcemap, ...given } = esbuild;
  const defaults = {
    target: runtime.replace(/^nodejs(\d+)\.x$/, "node$1"),
    keepNames: true,
    mainFields: format === "esm" ? ["module", "main"] : ["main"],
  };
  return {
    ...defaults,
    ...withoutUndefined(given),
    bundle: true,
    platform: "node",
    format,
    splitting,
    loader: loaders,
    banner: { js: format === "esm" ? [COMMONJS, banner].filter(Boolean).join("\n") : banner },
    external: [...NEVER_BUNDLED, ...installedPackages(options), ...external],
    plugins: await loadPlugins(options, root),
    legalComments: "none",
    write: false,
    metafile: true,
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "silent",
  } satisfies BuildOptions;
}

type Defined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

function withoutUndefined<Value extends object>(value: Value): Defined<Value>;
function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

const pluginSchema = v.custom<Plugin>(
  (value) => typeof value === "object" && value !== null && "name" in value && "setup" in value,
);

/** The plugins that a file of the project exports; its path is relative to the project. */
async function loadPlugins({ plugins }: NodejsOptions, root: string): Promise<Plugin[]> {
  if (plugins === undefined) return [];
  const loaded: unknown = await import(pathToFileURL(resolve(root, plugins)).href);
  return v.parse(v.object({ default: v.array(pluginSchema) }), loaded).default;
}

/** The handler's module without its extension, and the exported name with its dot. */
export function handlerParts(handler: string): { module: string; exported: string } {
  const exported = extname(handler);
  return { module: handler.slice(0, handler.length - exported.length), exported };
}
