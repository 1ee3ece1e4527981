import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";

/** A delivery that has failed and is tried again. Times in milliseconds since 1970. */
export interface PendingDelivery {
  readonly deliveryId: string;
  /** Of the registered delivery. */
  readonly key: string;
  /** Kept as JSON. */
  readonly event: unknown;
  readonly acceptedAt: number;
  readonly dueAt: number;
  /** Attempts after the first one. */
  readonly retries: number;
}

/** The deliveries that are tried again; what is written here survives a kill of the process. */
export interface DeliveryStore {
  /** Adds a delivery, or replaces the one of the same id. */
  put(delivery: PendingDelivery): void;
  remove(deliveryId: string): void;
  due(now: number): PendingDelivery[];
  /** When the first one falls due. */
  nextDue(): number | undefined;
  count(): number;
}

const rowSchema = v.pipe(
  v.object({
    id: v.string(),
    key: v.string(),
    event: v.pipe(v.string(), v.parseJson()),
    accepted_at: v.number(),
    due_at: v.number(),
    retries: v.number(),
  }),
  v.transform(({ id, key, event, accepted_at, due_at, retries }): PendingDelivery => ({
    deliveryId: id,
    key,
    event,
    acceptedAt: accepted_at,
    dueAt: due_at,
    retries,
  })),
);
const valueSchema = v.object({ value: v.nullable(v.number()) });

/** Opens the store in the local cloud's database, creating its table where there is none. */
export function openDeliveryStore(database: DatabaseSync): DeliveryStore {
  database.exec(`CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, event TEXT NOT NULL,
    accepted_at INTEGER NOT NULL, due_at INTEGER NOT NULL, retries INTEGER NOT NULL) STRICT`);
  const put = database.prepare(
    "INSERT OR REPLACE INTO deliveries (id, key, event, accepted_at, due_at, retries) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const remove = database.prepare("DELETE FROM deliveries WHERE id = ?");
  const due = database.prepare("SELECT * FROM deliveries WHERE due_at <= ? ORDER BY due_at");
  const next = database.prepare("SELECT min(due_at) AS value FROM deliveries");
  const count = database.prepare("SELECT count(*) AS value FROM deliveries");
  return {
    put: ({ deliveryId, key, event, acceptedAt, dueAt, retries }) => {
      put.run(deliveryId, key, JSON.stringify(event), acceptedAt, dueAt, retries);
    },
    remove: (deliveryId) => {
      remove.run(deliveryId);
    },
    due: (now) => due.all(now).map((row) => v.parse(rowSchema, row)),
    nextDue: () => v.parse(valueSchema, next.get()).value ?? undefined,
    count: () => v.parse(valueSchema, count.get()).value ?? 0,
  };
}
