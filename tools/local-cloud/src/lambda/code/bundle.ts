import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { context, version, type BuildContext, type BuildFailure } from "esbuild";
import type { CodeDefinition } from "../../graph/graph.ts";
import { buildOptionsOf, handlerParts, installedPackages, parseNodejsOptions } from "./build-options.ts";
import { BundleFailed, failedAt } from "./bundle-failed.ts";
import { copiedFiles } from "./copied-files.ts";
import { fileStamp, stampOfInput } from "./file-stamp.ts";
import { findUp } from "./find-up.ts";
import { hold, letGo } from "./held-builds.ts";
import { keptBundles, writeInto, type KeptBundles } from "./kept-bundles.ts";

/** Bundled code of a function. */
export interface Bundle {
  /** The folder that is the function's working directory. */
  readonly taskRoot: string;
  /** `module.export`, inside of it. */
  readonly handler: string;
  /** Absolute paths of the files it was made from. */
  readonly sources: readonly string[];
}

/** Bundles one function, again and again. */
export interface Bundler {
  /** One call at a time. @throws BundleFailed */
  bundle(): Promise<Bundle>;
  /** Lets go of the parsed files that make the next bundle quick. */
  stop(): Promise<void>;
}

/** What a bundler works on. */
export interface BundlerOptions {
  /** Name of the function. */
  readonly name: string;
  readonly code: CodeDefinition;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  readonly root: string;
  readonly cacheDir: string;
}

/** In SST's order. */
const SOURCE_EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/** A change in one of these may lead imports elsewhere. */
const LOCKFILES = ["pnpm-lock.yaml", "package-lock.json", "yarn.lock", "bun.lock", "bun.lockb"];

/** Bundles of another form are not looked at. */
const FORM = 2;

/**
 * Bundles a function's handler with everything it imports into one module with a source map, `bundle.mjs`, as SST does with the
 * function's `nodejs` options, unminified. A folder that is built already is taken as it is. A bundle is kept by the hash of its
 * content and reused while no input file has changed.
 *
 * @throws BundleFailed for an option that is not known here
 */
export function createBundler(options: BundlerOptions): Bundler {
  const kept = keptBundles(resolve(options.cacheDir, "bundles", options.name), options.root);
  return options.code.bundle === undefined ? fromSources(options, kept) : asItIs(options, options.code.bundle, kept);
}

function fromSources({ name, code, runtime, root }: BundlerOptions, kept: KeptBundles): Bundler {
  const nodejs = parseNodejsOptions(name, code.options);
  const { module, exported } = handlerParts(code.handler);
  const handler = `bundle${exported}`;
  const outdir = kept.folderOf("code");
  type Building = BuildContext<Awaited<ReturnType<typeof optionsOf>>>;
  let building: { readonly key: string; readonly context: Promise<Building> } | undefined;

  const optionsOf = async (entry: string) => ({
    ...(await buildOptionsOf(nodejs, runtime, root)),
    entryPoints: { bundle: entry },
    outdir,
    outExtension: { ".js": nodejs.format === "esm" ? ".mjs" : ".cjs" },
    absWorkingDir: resolve(root),
  });

  function findEntry(): string {
    const paths = SOURCE_EXTENSIONS.map((extension) => resolve(root, module + extension));
    const found = paths.find((path) => existsSync(path));
    if (found === undefined) throw new BundleFailed(name, [`No ${module}.ts for the handler ${code.handler}.`]);
    const missing = installedPackages(nodejs).filter(
      (each) => findUp(dirname(found), join("node_modules", each)) === undefined,
    );
    if (missing.length > 0)
      throw new BundleFailed(name, [`Not installed: ${missing.join(", ")}, which its nodejs.install names.`]);
    return found;
  }

  async function stop(): Promise<void> {
    const ended = building;
    building = undefined;
    await letGo(await ended?.context.catch(() => undefined));
  }

  async function build(entry: string, key: string) {
    if (building?.key !== key) await stop();
    building ??= { key, context: hold(async () => context(await optionsOf(entry))) };
    return (await building.context).rebuild();
  }

  return {
    stop,
    async bundle() {
      const entry = findEntry();
      const copied = await copiedFiles(code.copyFiles, root).catch(failedAt(name));
      const stamped = [...LOCKFILES, ...(nodejs.plugins === undefined ? [] : [nodejs.plugins])];
      const stamps = await Promise.all(stamped.map((file) => fileStamp(resolve(root, file))));
      const form = [FORM, version, nodejs, runtime, relative(root, entry), stamps];
      const settings = JSON.stringify([form, copied.key]);
      const bundled = (hash: string, inputs: Readonly<Record<string, string>>): Bundle => ({
        taskRoot: kept.folderOf(hash),
        handler,
        sources: [...Object.keys(inputs).map((path) => resolve(root, path)), ...copied.files],
      });
      const known = await kept.find(settings);
      if (known !== undefined) return bundled(known.hash, known.inputs);

      const begunAt = Date.now();
      const built = await build(entry, JSON.stringify(form)).catch((error: BuildFailure) => {
        throw new BundleFailed(name, describeFailure(error), error);
      });
      const digest = createHash("sha256").update(copied.key);
      for (const file of built.outputFiles) digest.update(file.contents);
      const hash = digest.digest("hex").slice(0, 16);
      const inputs = Object.fromEntries(
        await Promise.all(
          Object.keys(built.metafile.inputs).map(
            async (path) => [path, await stampOfInput(resolve(root, path), begunAt)] as const,
          ),
        ),
      );
      await kept.write({ settings, hash, inputs }, async (folder) => {
        for (const file of built.outputFiles) await writeInto(folder, relative(outdir, file.path), file.contents);
        await copied.copyTo(folder);
        // What is not bundled is found from there, as in `sst dev`.
        const modules = findUp(dirname(entry), "node_modules");
        if (modules !== undefined && !existsSync(join(folder, "node_modules")))
          await symlink(modules, join(folder, "node_modules"));
      });
      return bundled(hash, inputs);
    },
  };
}

function asItIs({ name, code, root }: BundlerOptions, bundle: string, kept: KeptBundles): Bundler {
  return {
    async stop() {},
    async bundle() {
      const copied = await copiedFiles([{ from: bundle, to: "." }, ...code.copyFiles], root).catch(failedAt(name));
      const settings = JSON.stringify([FORM, copied.key]);
      const hash = createHash("sha256").update(settings).digest("hex").slice(0, 16);
      if ((await kept.find(settings)) === undefined)
        await kept.write({ settings, hash, inputs: {} }, (folder) => copied.copyTo(folder));
      return { taskRoot: kept.folderOf(hash), handler: code.handler, sources: copied.files };
    },
  };
}

/** esbuild's messages, each with its file and line. */
function describeFailure({ errors, message }: BuildFailure): string[] {
  return (
    errors?.map(({ text, location }) => `${location === null ? "" : `${location.file}:${location.line}: `}${text}`) ?? [
      message,
    ]
  );
}
