import type { DatabaseSync } from "node:sqlite";

/** Which records of streams are of deletions by time to live, so that whoever reads them learns who deleted the item. */
export interface ExpiredRecords {
  /** Of these records by their event ids, those that the service made. Waits for a sweep that is under way. */
  among(eventIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Runs `sweep`, which tells the event ids of its deletions before it ends; readers wait meanwhile. */
  during(sweep: (add: (eventId: string) => void) => Promise<void>): Promise<void>;
}

/** Records live for a day (AWS: DynamoDB Streams); what is older is forgotten. */
const KEPT_MS = 25 * 3_600_000;

/** The identity that DynamoDB puts into such a record (AWS: "DynamoDB Streams and Time to Live"). */
export const SERVICE_IDENTITY = { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" } as const;

/** Keeps the ids in the local cloud's own database. */
export function createExpiredRecords(state: DatabaseSync): ExpiredRecords {
  state.exec("CREATE TABLE IF NOT EXISTS expired_records (event_id TEXT PRIMARY KEY, deleted_at INTEGER NOT NULL)");
  const find = state.prepare("SELECT 1 FROM expired_records WHERE event_id = ?");
  const insert = state.prepare("INSERT OR REPLACE INTO expired_records (event_id, deleted_at) VALUES (?, ?)");
  const forget = state.prepare("DELETE FROM expired_records WHERE deleted_at < ?");
  let sweeping: Promise<void> = Promise.resolve();
  return {
    async among(eventIds) {
      await sweeping;
      return new Set(eventIds.filter((eventId) => find.get(eventId) !== undefined));
    },
    async during(sweep) {
      forget.run(Date.now() - KEPT_MS);
      const swept = sweep((eventId) => void insert.run(eventId, Date.now()));
      // Readers wait for its end, whatever that is.
      sweeping = swept.catch(() => undefined);
      await swept;
    },
  };
}
