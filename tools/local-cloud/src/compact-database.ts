import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A database that was killed a moment ago is still locked by its process, which ends within seconds. */
const UNLOCKED_WITHIN_MS = 10_000;

/** Compacting writes the whole file anew: done where at least this much of it is free, and this share. */
const WORTH_BYTES = 1024 * 1024;
const WORTH_SHARE = 0.25;

/**
 * Gives back to the system what a SQLite file no longer needs, where that is at least 1 MiB and a quarter of it. Nobody else may
 * have it open. SQLite copies the rows into a new file and puts that in place in one transaction, so that a process killed
 * meanwhile loses nothing; it needs as much free disk as the rows take. The rows themselves stay as they are: of DynamoDB
 * Local's file also the records of its streams, which it forgets by itself at a start when they are older than a day.
 *
 * @throws {Error} of SQLite, the file being as it was: the disk is full, it is no database
 */
export function compactDatabase(file: string): void {
  if (statSync(file).size < WORTH_BYTES) return;
  const database = new DatabaseSync(file, { timeout: UNLOCKED_WITHIN_MS });
  try {
    const free = pragma(database, "freelist_count");
    const isWorthIt =
      free * pragma(database, "page_size") >= WORTH_BYTES && free >= WORTH_SHARE * pragma(database, "page_count");
    if (isWorthIt) database.exec("VACUUM");
  } finally {
    // In write-ahead mode this also writes the log into the file and removes it, however long a killed process left it.
    database.close();
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
