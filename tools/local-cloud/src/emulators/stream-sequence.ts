import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A database that was killed a moment ago is still locked by its process, which ends within seconds. */
const UNLOCKED_WITHIN_MS = 10_000;

/** The file of DynamoDB Local's shared database, in its data folder. */
export const DATABASE_FILE = "shared-local-instance.db";

/**
 * Keeps DynamoDB Local from counting its stream records from 1 again. At each start it deletes the records that are older than a
 * day (table `us`) and goes on after the largest sequence number that is left. Where none is left, after a quiet day, new records
 * would get numbers below every reader's checkpoint, and no reader would ever see them. So the newest record is made one of
 * now, before a start: readers are past it, or see it late.
 *
 * Call it while no DynamoDB Local runs in the folder.
 * @throws {Error} of SQLite where the file is no database
 */
export function keepStreamSequence(dataDir: string): void {
  const file = join(dataDir, DATABASE_FILE);
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file, { timeout: UNLOCKED_WITHIN_MS });
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'us'").get() === undefined) return;
    database
      .prepare("UPDATE us SET CreationDateTime = ? WHERE SequenceNumber = (SELECT max(SequenceNumber) FROM us)")
      .run(Date.now());
  } finally {
    database.close();
  }
}
