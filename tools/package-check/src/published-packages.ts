import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "./run.ts";

/** The root of the repository. */
export const root = resolve(import.meta.dirname, "../../..");

/** The folders of `packages/`, each of which is published under `@doorbell/`. */
export const PUBLISHED = readdirSync(join(root, "packages"));

const bin = (name: string): string => join(import.meta.dirname, "../node_modules/.bin", name);

/** What every tarball holds beside `dist`. */
const FILES = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];

/** A tarball lacks a file, or has one that should not be there. */
export class WrongContents extends Error {
  override readonly name = "WrongContents";
  readonly code = "WRONG_CONTENTS";

  constructor(name: string, { wrong, missing }: { wrong: readonly string[]; missing: readonly string[] }) {
    super(`The tarball of ${name} should not have [${wrong.join(", ")}] and lacks [${missing.join(", ")}]`);
  }
}

/**
 * Builds and packs all packages as `pnpm publish -r` would, and holds each tarball against publint and "are the types wrong".
 * Answers the tarballs' paths by the packages' names.
 * @throws CommandFailed, WrongContents
 */
export async function packChecked(destination: string, pnpm: string): Promise<Readonly<Record<string, string>>> {
  const pack = ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", destination];
  await run(["npx", "--yes", pnpm, ...pack], root);
  const tarballs = Object.fromEntries(PUBLISHED.map((name) => [name, tarballOf(name, destination)]));
  await Promise.all(Object.entries(tarballs).map(([name, tarball]) => checkTarball(name, tarball, destination)));
  return tarballs;
}

function tarballOf(name: string, folder: string): string {
  const manifest = readFileSync(join(root, "packages", name, "package.json"), "utf8");
  const { version }: { version: string } = JSON.parse(manifest);
  return join(folder, `doorbell-${name}-${version}.tgz`);
}

async function checkTarball(name: string, tarball: string, cwd: string): Promise<void> {
  const files = (await run(["tar", "-tzf", tarball], cwd)).trim().split("\n");
  const inside = files.map((file) => file.replace(/^package\//, ""));
  const wrong = inside.filter((file) => !FILES.includes(file) && !/^dist\/[\w-]+(?:\.d\.ts|\.js)$/.test(file));
  const missing = FILES.filter((file) => !inside.includes(file));
  if (wrong.length + missing.length > 0) throw new WrongContents(name, { wrong, missing });
  await run([bin("publint"), "run", tarball, "--strict"], cwd);
  await run([bin("attw"), tarball, "--profile", "esm-only"], cwd);
}
