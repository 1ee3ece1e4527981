import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";

/** When schedules were first seen, over restarts. */
export interface ScheduleBeginnings {
  /** When a schedule of this expression was first started; nothing where it is new, from `now` on known. */
  seen(arn: string, expression: string, now: Date): Date | undefined;
}

const rowSchema = v.object({ began: v.number() });

/** Opens them in the local cloud's database, creating the table where there is none. Only schedules of the graph are kept. */
export function openScheduleBeginnings(database: DatabaseSync, arns: readonly string[]): ScheduleBeginnings {
  database.exec(`CREATE TABLE IF NOT EXISTS schedules (
    arn TEXT PRIMARY KEY, expression TEXT NOT NULL, began INTEGER NOT NULL) STRICT`);
  const forget = `DELETE FROM schedules WHERE arn NOT IN (SELECT value FROM json_each(?))`;
  database.prepare(forget).run(JSON.stringify(arns));
  const get = database.prepare("SELECT began FROM schedules WHERE arn = ? AND expression = ?");
  const put = database.prepare("INSERT OR REPLACE INTO schedules (arn, expression, began) VALUES (?, ?, ?)");
  return {
    seen(arn, expression, now) {
      const row = v.safeParse(rowSchema, get.get(arn, expression));
      if (row.success) return new Date(row.output.began);
      put.run(arn, expression, now.getTime());
      return undefined;
    },
  };
}
