import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { serviceBundle } from "@doorbell/bundling/service-bundle";
import {
  context,
  stop as stopEsbuild,
  version,
  type BuildContext,
  type BuildFailure,
  type BuildOptions,
} from "esbuild";
import * as v from "valibot";

/** Bundled code of a function. */
export interface Bundle {
  /** The folder in which the handler's path leads to the bundled module. */
  readonly taskRoot: string;
  /** Absolute paths of the files it was made from. */
  readonly sources: readonly string[];
}

/** A function whose handler cannot be found or bundled; `details` are the bundler's messages with file and line. */
export class BundleFailed extends Error {
  readonly code = "BUNDLE_FAILED";
  readonly functionName: string;
  readonly details: readonly string[];

  constructor(functionName: string, details: readonly string[], cause?: unknown) {
    super(`The code of ${functionName} cannot be bundled:\n${details.join("\n")}`, { cause });
    this.functionName = functionName;
    this.details = details;
  }
}

/** What a bundle was made from: it is made again when any of it changes. */
const manifestSchema = v.object({
  settings: v.string(),
  hash: v.string(),
  /** By path: time of change and size. */
  inputs: v.record(v.string(), v.string()),
});
type Manifest = v.InferOutput<typeof manifestSchema>;

/** Files are stamped with a clock that is up to this much behind. */
const CLOCK_TICK_MS = 10;

const SOURCE_EXTENSIONS = [".ts", ".mts", ".mjs", ".js"];

/** As it is deployed, but readable. */
const OPTIONS = {
  ...serviceBundle,
  write: false,
  metafile: true,
  sourcemap: "linked",
  sourcesContent: false,
  logLevel: "silent",
} satisfies BuildOptions;

async function fileStamp(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? "gone" : `${found.mtimeMs}:${found.size}`;
}

/** A stamp that no file has, where it changed while the bundle was made: nobody knows which of its contents went in. */
async function stampOfInput(path: string, begunAt: number): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs >= begunAt - CLOCK_TICK_MS ? "changed" : fileStamp(path);
}

async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    return v.parse(manifestSchema, JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined; // None yet, or one of another version: the bundle is made anew.
  }
}

const sourcesOf = ({ inputs }: Manifest, root: string): string[] =>
  Object.keys(inputs).map((path) => resolve(root, path));

async function isFresh(manifest: Manifest, root: string): Promise<boolean> {
  const checks = Object.entries(manifest.inputs).map(
    async ([path, stamp]) => stamp === (await fileStamp(join(root, path))),
  );
  return (await Promise.all(checks)).every(Boolean);
}

/** Writes files into a folder that appears whole or not at all, since another local cloud may look at the same moment. */
async function writeFolder(folder: string, files: readonly { path: string; contents: Uint8Array }[]): Promise<void> {
  if (existsSync(folder)) return;
  const draft = `${folder}.${randomUUID()}`;
  for (const file of files) {
    const path = join(draft, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.contents);
  }
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
}

/** Removes bundles that no local cloud has been started with for a week. */
async function removeOld(folder: string, keep: string): Promise<void> {
  const weekAgo = Date.now() - 7 * 86_400_000;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name === keep || name === "manifest.json") continue;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < weekAgo) await rm(path, { recursive: true, force: true });
  }
}

/** Bundles one function, again and again. */
export interface Bundler {
  /** One call at a time. @throws BundleFailed */
  bundle(): Promise<Bundle>;
  /** Lets go of the parsed files that make the next bundle quick. */
  stop(): Promise<void>;
}

/** Bundlers of this process that hold parsed files. esbuild keeps a process of some 300 MB for them, and keeps it without them, too. */
let holding = 0;

async function letGo(building: BuildContext | undefined): Promise<void> {
  if (building === undefined) return;
  await building.dispose();
  holding -= 1;
  if (holding === 0) await stopEsbuild();
}

/** esbuild's messages, each with its file and line. */
function describeFailure({ errors, message }: BuildFailure): string[] {
  return (
    errors?.map(({ text, location }) => `${location === null ? "" : `${location.file}:${location.line}: `}${text}`) ?? [
      message,
    ]
  );
}

/**
 * Bundles a function's handler with everything it imports into one ES module with a source map, as a deployment does,
 * unminified. A bundle is kept by the hash of its content and reused while no input file has changed.
 */
export function createBundler(options: {
  readonly name: string;
  /** `path/to/module.export`, relative to the root. */
  readonly handler: string;
  readonly root: string;
  readonly cacheDir: string;
}): Bundler {
  const { name, handler, root } = options;
  const module = join(dirname(handler), basename(handler).split(".")[0] ?? "");
  const folder = resolve(options.cacheDir, "bundles", name);
  const manifestPath = join(folder, "manifest.json");
  const outfile = join(folder, "code", `${module}.mjs`);
  let building: { readonly entry: string; readonly context: Promise<BuildContext<typeof OPTIONS>> } | undefined;

  function findEntry(): string {
    const found = SOURCE_EXTENSIONS.map((extension) => resolve(root, module + extension)).find((path) =>
      existsSync(path),
    );
    if (found === undefined) throw new BundleFailed(name, [`No ${module}.ts for the handler ${handler}.`]);
    return found;
  }

  async function stop(): Promise<void> {
    const ended = building;
    building = undefined;
    await letGo(await ended?.context.catch(() => undefined));
  }

  async function open(entry: string): Promise<BuildContext<typeof OPTIONS>> {
    // Counted before it is there: nobody else may end esbuild's process meanwhile.
    holding += 1;
    try {
      return await context({ ...OPTIONS, entryPoints: [entry], outfile, absWorkingDir: resolve(root) });
    } catch (error) {
      holding -= 1;
      throw error;
    }
  }

  async function build(entry: string) {
    if (building?.entry !== entry) await stop();
    building ??= { entry, context: open(entry) };
    return (await building.context).rebuild();
  }

  return {
    stop,
    async bundle() {
      const entry = findEntry();
      const lockfile = await fileStamp(join(root, "pnpm-lock.yaml"));
      const settings = JSON.stringify([version, OPTIONS, relative(root, entry), lockfile]);
      const known = await readManifest(manifestPath);
      if (known?.settings === settings && existsSync(join(folder, known.hash)) && (await isFresh(known, root))) {
        await utimes(join(folder, known.hash), new Date(), new Date());
        return { taskRoot: join(folder, known.hash), sources: sourcesOf(known, root) };
      }

      const begunAt = Date.now();
      const built = await build(entry).catch((error: BuildFailure) => {
        throw new BundleFailed(name, describeFailure(error), error);
      });
      const files = built.outputFiles.map((file) => ({
        path: relative(join(folder, "code"), file.path),
        contents: file.contents,
      }));
      const digest = createHash("sha256");
      for (const file of files) digest.update(file.contents);
      const hash = digest.digest("hex").slice(0, 16);
      await writeFolder(join(folder, hash), files);
      const inputs = await Promise.all(
        Object.keys(built.metafile.inputs).map(
          async (path) => [path, await stampOfInput(join(root, path), begunAt)] as const,
        ),
      );
      const draft = `${manifestPath}.${randomUUID()}`;
      const manifest: Manifest = { settings, hash, inputs: Object.fromEntries(inputs) };
      await writeFile(draft, JSON.stringify(manifest));
      await rename(draft, manifestPath);
      await removeOld(folder, hash);
      return { taskRoot: join(folder, hash), sources: sourcesOf(manifest, root) };
    },
  };
}
