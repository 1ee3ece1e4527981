import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { compactDatabase } from "./compact-database.ts";
import { DATABASE_FILE } from "./emulators/stream-sequence.ts";
import { lockState } from "./state-lock.ts";

/** The files of a state folder; SQLite gives those that it makes beside one (`-wal`, `-shm`, `-journal`) the same rights. */
const LOCK = "lock.sqlite";
const DATABASES = ["lambda.sqlite", "fauxqs.db", join("dynamodb", DATABASE_FILE)] as const;
const BESIDE = ["", "-wal", "-shm", "-journal"] as const;

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Rights of the group and of everybody else. */
const OTHERS = 0o077;

/** The path given as state folder cannot be one. */
export class StateFolderUnusable extends Error {
  readonly code = "STATE_FOLDER_UNUSABLE";
  readonly dir: string;
  constructor(dir: string, reason: string, options?: ErrorOptions) {
    super(`The state folder ${dir} cannot be used: ${reason}. Choose another folder with --state.`, options);
    this.name = "StateFolderUnusable";
    this.dir = dir;
  }
}

/**
 * Makes a state folder this process's own, and small; the answer gives it back. It is made where it is missing, with its files
 * still empty. It holds what users sent: the folder has mode 0700 and its files 0600, also those that fauxqs and DynamoDB
 * Local write, since they keep the mode of a file that is there. (Windows has no such modes.)
 *
 * A state folder that other users may open, or an empty folder, is closed to them, and `notice` is told. A folder that holds
 * something else is refused then, as it may be shared on purpose.
 *
 * @throws StateFolderUnusable, StateInUse
 */
export function takeStateFolder(dir: string, notice: (sentence: string) => void): () => void {
  const lock = join(dir, LOCK);
  const databases = DATABASES.map((name) => join(dir, name));
  try {
    if (makePrivate(dir, [lock, ...databases]))
      notice(`The state folder ${dir} was open to other users of this machine; now it is open to you alone.`);
  } catch (cause) {
    if (cause instanceof StateFolderUnusable) throw cause;
    throw new StateFolderUnusable(dir, reasonOf(cause), { cause });
  }
  const release = lockState(dir, lock);
  for (const file of databases) {
    try {
      compactDatabase(file);
    } catch (error) {
      notice(`${file} could not be compacted and is used as it is: ${String(error)}`);
    }
  }
  return release;
}

/** Makes what is missing and closes to others what was there. Whether there was anything to close. */
function makePrivate(dir: string, files: readonly string[]): boolean {
  makeFolder(dir, dir);
  accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  if (isOpenToOthers(dir)) {
    const names = readdirSync(dir);
    const isState = names.some((name) => files.includes(join(dir, name)));
    if (names.length > 0 && !isState)
      throw new StateFolderUnusable(dir, "other users may open it, and it holds files that are not a local cloud's");
  }
  for (const file of files) {
    makeFolder(dirname(file), dir);
    makeFile(file);
  }
  return closeToOthers(dir, files);
}

/** Folder by folder: Node's recursive way never returns where the system refuses with ENOENT, as it does under /proc. */
function makeFolder(folder: string, dir: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined)
    throw new StateFolderUnusable(dir, `${folder === dir ? "it" : folder} is a file, not a folder`);
  if (dirname(folder) !== folder) makeFolder(dirname(folder), dir);
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (error) {
    // Another process may have been quicker.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** An empty file is an empty database. One that exists is not even opened: closing it would end SQLite's locks on it. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, "wx", FILE_MODE));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (statSync(file).isDirectory()) throw new Error(`${file} is a folder, not a file`, { cause: error });
    accessSync(file, constants.R_OK | constants.W_OK);
  }
}

/** Whether there was anything to close. */
function closeToOthers(dir: string, files: readonly string[]): boolean {
  const folders = new Set([dir, ...files.map((file) => dirname(file))]);
  const open = [...folders].filter(isOpenToOthers);
  for (const folder of open) chmodSync(folder, FOLDER_MODE);
  const openFiles = files.flatMap((file) => BESIDE.map((suffix) => file + suffix)).filter(isOpenToOthers);
  for (const file of openFiles) chmodSync(file, FILE_MODE);
  return open.length + openFiles.length > 0;
}

function isOpenToOthers(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return process.platform !== "win32" && (mode & OTHERS) !== 0;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "you may not write there",
  EPERM: "you may not write there, or it belongs to another user",
  EROFS: "the file system can only be read",
  ENOENT: "nothing can be created there",
  ENOSPC: "the disk is full",
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === undefined ? message : `${REASONS[code] ?? "it cannot be created"} (${message})`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
