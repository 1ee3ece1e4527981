import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** What a contracts folder holds. */
export function writtenFiles(folder: URL = CONTRACTS_FOLDER): ContractFiles {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".schema.json")) : [];
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

/** What the contracts folder held at a commit or branch. Throws where git does not know it. */
export function committedFiles(ref: string): ContractFiles {
  const git = (...words: string[]) => execFileSync("git", words, { cwd: CONTRACTS_FOLDER, encoding: "utf8" });
  const names = git("ls-tree", "--name-only", ref, "./").split("\n");
  return new Map(
    names.filter((name) => name.endsWith(".schema.json")).map((name) => [name, git("show", `${ref}:./${name}`)]),
  );
}

/** Writes contracts into a folder. Files that are no longer generated stay: a version is read for ever. */
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
 * What breaks senders from the contracts `before` to those `after`, by file. A contract that is not among `before` is new,
 * and may say what it likes; one that is gone breaks everyone who sends it.
 */
export function brokenContracts(
  before: ContractFiles,
  after: ContractFiles,
): readonly { readonly file: string; readonly changes: readonly BreakingChange[] }[] {
  return [...before]
    .map(([file, text]) => {
      const now = after.get(file);
      const gone = [{ path: "", change: "the contract was removed" }];
      return { file, changes: now === undefined ? gone : breakingChanges(JSON.parse(text), JSON.parse(now)) };
    })
    .filter(({ changes }) => changes.length > 0);
}
