import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { type BreakingChange, breakingChanges } from "./compare-contracts.ts";
import { publishedContracts } from "./json-schema.ts";

/** The contracts folder at the root of the repository. */
export const CONTRACTS_FOLDER = new URL("../../../contracts/", import.meta.url);

/** Contracts as text, by file name. */
export type ContractFiles = ReadonlyMap<string, string>;

/** What the contracts folder should hold. */
export function generatedFiles(): ContractFiles {
  return new Map(
    [...publishedContracts()].map(([type, schema]) => [`${type}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`]),
  );
}

const ACCEPTED_BREAKS = "accepted-breaks.json";

const acceptedBreaksSchema = v.array(
  v.strictObject({
    file: v.string(),
    path: v.string(),
    change: v.string(),
    /** For whoever sends what is refused now. */
    why: v.pipe(v.string(), v.nonEmpty()),
  }),
);

/** A breaking change that was made on purpose within a version, and why. */
export type AcceptedBreak = v.InferOutput<typeof acceptedBreaksSchema>[number];

/** The breaks that a contracts folder accepts, none where it names none. */
export function acceptedBreaks(folder: URL = CONTRACTS_FOLDER): readonly AcceptedBreak[] {
  const file = new URL(ACCEPTED_BREAKS, folder);
  return existsSync(file) ? v.parse(acceptedBreaksSchema, JSON.parse(readFileSync(file, "utf8"))) : [];
}

/** What a contracts folder holds. */
export function writtenFiles(folder: URL = CONTRACTS_FOLDER): ContractFiles {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".schema.json")) : [];
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

/** What the contracts folder held at a commit or branch. Throws where git does not know it. */
export function committedFiles(ref: string, folder: URL = CONTRACTS_FOLDER): ContractFiles {
  const names = git(folder, "ls-tree", "--name-only", ref, "./").split("\n");
  return new Map(
    names
      .filter((name) => name.endsWith(".schema.json"))
      .map((name) => [name, git(folder, "show", `${ref}:./${name}`)]),
  );
}

/**
 * What contracts are compared with unless a revision is named: where this branch left `origin`'s, since what is on it alone was not
 * published yet. Where there is no such place (the main branch itself, or a clone without an origin) the last commit and the one before,
 * so that a breaking change is found before it is committed, and also right after. None without git, or without a commit.
 */
export function baseRevisions(folder: URL = CONTRACTS_FOLDER): readonly string[] {
  const revision = (...words: string[]): string | undefined => {
    try {
      return git(folder, ...words).trim();
    } catch {
      return undefined;
    }
  };
  const last = revision("rev-parse", "--verify", "HEAD");
  if (last === undefined) return [];
  const left = revision("merge-base", "HEAD", "origin/HEAD") ?? revision("merge-base", "HEAD", "origin/main");
  if (left !== undefined && left !== last) return [left];
  const before = revision("rev-parse", "--verify", "HEAD^");
  return before === undefined ? [last] : [last, before];
}

function git(folder: URL, ...words: string[]): string {
  return execFileSync("git", words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Writes contracts into a folder. Files that are no longer generated stay: a version stays supported. */
export function writeFiles(files: ContractFiles, folder: URL = CONTRACTS_FOLDER): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(new URL(name, folder), text);
}

/** Names of files that are not as they would be generated now. */
export function staleFiles(generated: ContractFiles, written: ContractFiles): readonly string[] {
  return [...new Set([...generated.keys(), ...written.keys()])].filter(
    (name) => generated.get(name) !== written.get(name),
  );
}

/**
 * What breaks senders from the contracts `before` to those `after`, by file, but for what is `accepted` word by word. A contract that
 * is not among `before` is new, and may say what it likes; one that is gone breaks everyone who sends it.
 */
export function brokenContracts(
  before: ContractFiles,
  after: ContractFiles,
  accepted: readonly AcceptedBreak[] = [],
): readonly { readonly file: string; readonly changes: readonly BreakingChange[] }[] {
  return [...before]
    .map(([file, text]) => {
      const now = after.get(file);
      const gone = [{ path: "", change: "the contract was removed" }];
      const changes = now === undefined ? gone : breakingChanges(JSON.parse(text), JSON.parse(now));
      const isAccepted = ({ path, change }: BreakingChange) =>
        accepted.some((each) => each.file === file && each.path === path && each.change === change);
      return { file, changes: changes.filter((each) => !isAccepted(each)) };
    })
    .filter(({ changes }) => changes.length > 0);
}
