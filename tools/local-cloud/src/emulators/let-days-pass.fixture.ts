import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DATABASE_FILE } from "./stream-sequence.ts";

const MS = 3 * 24 * 60 * 60 * 1_000;

/** Makes the shards and stream records of a DynamoDB Local that is stopped three days older. */
export function letDaysPass(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, DATABASE_FILE));
  database.exec(`UPDATE us SET CreationDateTime = CreationDateTime - ${MS}`);
  database.exec(
    `UPDATE ss SET CreationDateTime = CreationDateTime - ${MS}, DeletionDateTime = DeletionDateTime - ${MS}`,
  );
  database.close();
}
