import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import type { LogLine } from "./log-line.ts";

/** A line with its place among the lines of all functions. */
export interface StoredLine {
  readonly order: number;
  readonly line: LogLine;
}

/** Keeps the lines of a log book over restarts: the same that the book keeps, and no more. */
export interface LogStore {
  /** All lines kept, in order. */
  load(): StoredLine[];
  /** Keeps lines, and forgets those of each function that come before its first one. */
  save(lines: readonly StoredLine[], firstOrders: ReadonlyMap<string, number>): void;
}

const rowSchema = v.object({
  position: v.number(),
  function_name: v.string(),
  time: v.string(),
  stream: v.string(),
  line: v.string(),
});

/** Opens the store in the local cloud's database, creating its table where there is none. */
export function openLogStore(database: DatabaseSync): LogStore {
  database.exec(`CREATE TABLE IF NOT EXISTS log_lines (
    position INTEGER PRIMARY KEY, function_name TEXT NOT NULL, time TEXT NOT NULL, stream TEXT NOT NULL, line TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS log_lines_of_function ON log_lines (function_name, position);`);
  const all = database.prepare("SELECT * FROM log_lines ORDER BY position");
  const insert = database.prepare(
    "INSERT INTO log_lines (position, function_name, time, stream, line) VALUES (?, ?, ?, ?, ?)",
  );
  const forget = database.prepare("DELETE FROM log_lines WHERE function_name = ? AND position < ?");
  return {
    load: () =>
      all.all().map((row) => {
        const { position, function_name: name, time, stream, line } = v.parse(rowSchema, row);
        return { order: position, line: { function: name, time, stream, line } };
      }),
    save(lines, firstOrders) {
      database.exec("BEGIN");
      try {
        for (const { order, line } of lines) insert.run(order, line.function, line.time, line.stream, line.line);
        for (const [name, first] of firstOrders) forget.run(name, first);
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}
