import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import * as v from "valibot";
import { type Reads, sameReads } from "./environment-reads.ts";
import { fileDigest, sourcesDigest } from "./file-digest.ts";
import type { Graph } from "./graph.ts";
import { ignoreFolder } from "./ignored-folder.ts";
import { compare } from "./plain-value.ts";
import { isProjectFile } from "./project-file.ts";
import type { Environment } from "./project-environment.ts";
import type { Properties } from "./registration.ts";

/** What an evaluation gives, as it is kept. */
export interface KeptEvaluation {
  readonly graph: Graph;
  readonly outputs: Properties;
  readonly missingSecrets: readonly string[];
  /** The files that it was made of, absolute. */
  readonly files: readonly string[];
}

/** What is known before an evaluation and decides it. */
export interface Question {
  readonly root: string;
  readonly stage: string;
  /** The version of SST. */
  readonly sst: string;
  readonly environment: Environment;
}

const graphSchema = v.custom<Graph>(
  (value) => typeof value === "object" && value !== null && "resources" in value && Array.isArray(value.resources),
);

const keptSchema = v.object({
  reads: v.record(v.string(), v.nullable(v.string())),
  /** Digests by path, relative to the project; null for a file that was not there. */
  files: v.record(v.string(), v.nullable(v.string())),
  graph: graphSchema,
  outputs: v.record(v.string(), v.unknown()),
  missingSecrets: v.array(v.string()),
});

/** So many graphs of one project are kept; the ones used last stay. */
const LIMIT = 20;

const folderOf = (root: string) => join(root, ".doorbell", "graphs");

/** The evaluation that was kept for the same question, as long as nothing that it was made from has changed since. */
export async function findKept(question: Question): Promise<KeptEvaluation | undefined> {
  const kept = await readKept(await pathOf(question));
  if (kept === undefined || !sameReads(kept.reads, question.environment)) return undefined;
  const same = await Promise.all(
    Object.entries(kept.files).map(
      async ([file, digest]) => (await fileDigest(resolve(question.root, file))) === digest,
    ),
  );
  if (same.includes(false)) return undefined;
  const { graph, outputs, missingSecrets } = kept;
  return { graph, outputs, missingSecrets, files: existing(question.root, kept.files) };
}

/**
 * Keeps an evaluation, under `.doorbell/graphs`, readable by its owner alone since it may hold the values of secrets.
 *
 * @returns the evaluation as it was kept: its graph has the digest of all that it was made from, and every file is named
 */
export async function keep(question: Question, evaluation: KeptEvaluation, reads: Reads): Promise<KeptEvaluation> {
  const { root } = question;
  const watched = [...evaluation.files, ...tsconfigs(root, evaluation.files)];
  const digests = await Promise.all(watched.map(fileDigest));
  const files = Object.fromEntries(watched.map((file, index) => [relative(root, file), digests[index] ?? null]));

  const path = await pathOf(question);
  const digest = createHash("sha256")
    .update(JSON.stringify([path, reads, files]))
    .digest("hex");
  const graph = { ...evaluation.graph, digest };
  const { outputs, missingSecrets } = evaluation;
  await mkdir(dirname(path), { recursive: true });
  await ignoreFolder(join(root, ".doorbell"));
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify({ reads, files, graph, outputs, missingSecrets }), { mode: 0o600 });
  await rename(temporary, path);
  await dropOldest(dirname(path));
  return { graph, outputs, missingSecrets, files: existing(root, files) };
}

/** The files that are there, absolute. */
function existing(root: string, files: Readonly<Record<string, string | null>>): readonly string[] {
  return Object.keys(files)
    .filter((file) => files[file] !== null)
    .map((file) => resolve(root, file));
}

/** One file for each question: another stage or version of SST has a file of its own. */
async function pathOf({ root, stage, sst, environment }: Question): Promise<string> {
  const secrets = Object.entries(environment).filter(([name]) => name.startsWith("SST_SECRET_"));
  const asked = JSON.stringify([
    await sourcesDigest(),
    process.version,
    sst,
    stage,
    secrets.sort(([a], [b]) => compare(a, b)),
  ]);
  return join(folderOf(root), `${stage}-${createHash("sha256").update(asked).digest("hex").slice(0, 16)}.json`);
}

async function readKept(path: string): Promise<v.InferOutput<typeof keptSchema> | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return v.parse(keptSchema, JSON.parse(text));
  } catch {
    // Written by something else, or cut off: as good as none.
    return undefined;
  }
}

/** Every `tsconfig.json` that can say where an import of these files leads, whether or not it is there. */
function tsconfigs(root: string, files: readonly string[]): readonly string[] {
  const folders = new Set([root]);
  for (const file of files.filter(isProjectFile)) {
    let folder = dirname(file);
    for (folders.add(folder); folder.startsWith(root) && folder !== root; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].map((folder) => join(folder, "tsconfig.json")).sort();
}

async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= LIMIT) return;
  const times = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  const old = times.sort((a, b) => b.time - a.time).slice(LIMIT);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}
