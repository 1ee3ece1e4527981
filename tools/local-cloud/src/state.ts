import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens the local cloud's own database: asynchronous events not yet answered, stream checkpoints, and which mappings are
 * disabled.
 *
 * With a folder, which exists, it is `lambda.sqlite` in it, in write-ahead mode: what was committed survives a `kill -9` of the
 * process, not a loss of power. Without one it lives in memory and ends with the process. The caller closes it.
 */
export function openState(dir: string | undefined): DatabaseSync {
  if (dir === undefined) return new DatabaseSync(":memory:");
  const database = new DatabaseSync(join(dir, "lambda.sqlite"), { timeout: 5_000 });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  return database;
}
