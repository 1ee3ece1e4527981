import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";

/** An asynchronous event: accepted, not yet settled. Times in milliseconds since 1970. */
export interface AsyncEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  readonly acceptedAt: number;
  readonly dueAt: number;
  /** Times the function ran with it. */
  readonly invokes: number;
  /** Times in a row that it was throttled. */
  readonly throttles: number;
  /** Error body of the last run that failed. */
  readonly lastError: string | undefined;
}

/** The events of all functions, in the order of their due times; what is written here survives a kill of the process. */
export interface AsyncEventStore {
  insert(event: AsyncEvent): void;
  /** Puts an event off: after a failed run or a throttle. */
  postpone(event: AsyncEvent): void;
  remove(requestId: string): void;
  due(functionName: string, now: number, limit: number): AsyncEvent[];
  /** When the first event after `now` falls due. */
  nextDue(functionName: string, now: number): number | undefined;
  count(functionName: string): number;
}

const rowSchema = v.pipe(
  v.object({
    request_id: v.string(),
    function_name: v.string(),
    payload: v.string(),
    accepted_at: v.number(),
    due_at: v.number(),
    invokes: v.number(),
    throttles: v.number(),
    last_error: v.nullable(v.string()),
  }),
  v.transform((row): AsyncEvent => ({
    requestId: row.request_id,
    functionName: row.function_name,
    payload: row.payload,
    acceptedAt: row.accepted_at,
    dueAt: row.due_at,
    invokes: row.invokes,
    throttles: row.throttles,
    lastError: row.last_error ?? undefined,
  })),
);
const countSchema = v.object({ value: v.nullable(v.number()) });

/** Opens the store in the local cloud's database, creating its table where there is none. */
export function openAsyncEventStore(database: DatabaseSync): AsyncEventStore {
  database.exec(`
    CREATE TABLE IF NOT EXISTS async_events (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      request_id TEXT NOT NULL UNIQUE,
      function_name TEXT NOT NULL,
      payload TEXT NOT NULL,
      accepted_at INTEGER NOT NULL,
      due_at INTEGER NOT NULL,
      invokes INTEGER NOT NULL,
      throttles INTEGER NOT NULL,
      last_error TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS async_events_due ON async_events (function_name, due_at, sequence);
  `);
  const insert = database.prepare(
    `INSERT INTO async_events (request_id, function_name, payload, accepted_at, due_at, invokes, throttles, last_error)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const postpone = database.prepare(
    "UPDATE async_events SET due_at = ?, invokes = ?, throttles = ?, last_error = ? WHERE request_id = ?",
  );
  const remove = database.prepare("DELETE FROM async_events WHERE request_id = ?");
  const due = database.prepare(
    "SELECT * FROM async_events WHERE function_name = ? AND due_at <= ? ORDER BY due_at, sequence LIMIT ?",
  );
  const next = database.prepare("SELECT min(due_at) AS value FROM async_events WHERE function_name = ? AND due_at > ?");
  const count = database.prepare("SELECT count(*) AS value FROM async_events WHERE function_name = ?");

  return {
    insert: (event) => {
      const { requestId, functionName, payload, acceptedAt, dueAt, invokes, throttles, lastError } = event;
      insert.run(requestId, functionName, payload, acceptedAt, dueAt, invokes, throttles, lastError ?? null);
    },
    postpone: (event) => {
      postpone.run(event.dueAt, event.invokes, event.throttles, event.lastError ?? null, event.requestId);
    },
    remove: (requestId) => {
      remove.run(requestId);
    },
    due: (functionName, now, limit) => due.all(functionName, now, limit).map((row) => v.parse(rowSchema, row)),
    nextDue: (functionName, now) => v.parse(countSchema, next.get(functionName, now)).value ?? undefined,
    count: (functionName) => v.parse(countSchema, count.get(functionName)).value ?? 0,
  };
}
