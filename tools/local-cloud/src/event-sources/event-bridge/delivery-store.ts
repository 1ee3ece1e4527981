import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";

/** A delivery that has failed and is tried again. Times in milliseconds since 1970. */
export interface PendingDelivery {
  readonly deliveryId: string;
  readonly ruleArn: string;
  readonly targetId: string;
  readonly event: {
    readonly id: string;
    readonly text: string;
    readonly ingestionTime: string;
    readonly forwarded: boolean;
  };
  readonly acceptedAt: number;
  readonly dueAt: number;
  /** Attempts after the first one. */
  readonly retries: number;
}

/** The deliveries of all rules that are tried again; what is written here survives a kill of the process. */
export interface DeliveryStore {
  /** Adds a delivery, or replaces the one of the same id. */
  put(delivery: PendingDelivery): void;
  remove(deliveryId: string): void;
  due(now: number): PendingDelivery[];
  /** When the first one falls due. */
  nextDue(): number | undefined;
  count(): number;
}

const deliverySchema = v.object({
  deliveryId: v.string(),
  ruleArn: v.string(),
  targetId: v.string(),
  event: v.object({ id: v.string(), text: v.string(), ingestionTime: v.string(), forwarded: v.boolean() }),
  acceptedAt: v.number(),
  dueAt: v.number(),
  retries: v.number(),
});
const rowSchema = v.object({ delivery: v.pipe(v.string(), v.parseJson(), deliverySchema) });
const valueSchema = v.object({ value: v.nullable(v.number()) });

/** Opens the store in the local cloud's database, creating its table where there is none. */
export function openDeliveryStore(database: DatabaseSync): DeliveryStore {
  database.exec(`CREATE TABLE IF NOT EXISTS event_deliveries (
    id TEXT PRIMARY KEY, due_at INTEGER NOT NULL, delivery TEXT NOT NULL) STRICT`);
  const put = database.prepare("INSERT OR REPLACE INTO event_deliveries (id, due_at, delivery) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM event_deliveries WHERE id = ?");
  const due = database.prepare("SELECT delivery FROM event_deliveries WHERE due_at <= ? ORDER BY due_at");
  const next = database.prepare("SELECT min(due_at) AS value FROM event_deliveries");
  const count = database.prepare("SELECT count(*) AS value FROM event_deliveries");
  return {
    put: (delivery) => {
      put.run(delivery.deliveryId, delivery.dueAt, JSON.stringify(delivery));
    },
    remove: (deliveryId) => {
      remove.run(deliveryId);
    },
    due: (now) => due.all(now).map((row) => v.parse(rowSchema, row).delivery),
    nextDue: () => v.parse(valueSchema, next.get()).value ?? undefined,
    count: () => v.parse(valueSchema, count.get()).value ?? 0,
  };
}
