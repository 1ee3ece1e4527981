import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";

const SAVE_EVERY_MS = 1_000;

/** Figures of a form of their own. */
interface Figures {
  /** Gets what `read` told last. */
  readonly restore: (value: unknown) => void;
  readonly read: () => unknown;
}

/** Figures that are found again after a restart. Of a process that is killed, the last second's may be missing. */
export interface KeptFigures {
  /** Sets the numbers of `counters` to what they were, and keeps them from now on. */
  keep<Counters extends object>(name: string, counters: Counters): Counters;
  /** The same for figures of another form. */
  keepAs(name: string, figures: Figures): void;
  /** Writes what has changed, and ends. @throws where the database cannot be written */
  stop(): void;
}

/** Figures that end with the process. */
export const forgottenFigures: KeptFigures = { keep: (_, counters) => counters, keepAs: () => {}, stop: () => {} };

/** Opens the kept figures in the local cloud's database. */
export function openKeptFigures(database: DatabaseSync): KeptFigures {
  database.exec("CREATE TABLE IF NOT EXISTS figures (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
  const put = database.prepare("INSERT OR REPLACE INTO figures (name, value) VALUES (?, ?)");
  const get = database.prepare("SELECT value FROM figures WHERE name = ?");
  const kept = new Map<string, { saved: string; readonly read: Figures["read"] }>();

  function save(): void {
    for (const [name, entry] of kept) {
      const text = JSON.stringify(entry.read());
      if (text !== entry.saved) put.run(name, text);
      entry.saved = text;
    }
  }
  const timer = setInterval(() => {
    try {
      save();
    } catch {
      // A disk that is full must not end the cloud: it is tried again, and stopping tells.
    }
  }, SAVE_EVERY_MS).unref();

  function keepAs(name: string, { restore, read }: Figures): void {
    const saved = v.safeParse(v.object({ value: v.pipe(v.string(), v.parseJson()) }), get.get(name));
    if (saved.success) restore(saved.output.value);
    kept.set(name, { saved: JSON.stringify(read()), read });
  }
  return {
    keepAs,
    keep(name, counters) {
      const numbers = () => Object.entries(counters).filter(([, value]) => typeof value === "number");
      keepAs(name, {
        restore(value) {
          const saved = v.safeParse(v.record(v.string(), v.number()), value);
          if (!saved.success) return;
          for (const [key] of numbers())
            if (saved.output[key] !== undefined) Reflect.set(counters, key, saved.output[key]);
        },
        read: () => Object.fromEntries(numbers()),
      });
      return counters;
    },
    stop() {
      clearInterval(timer);
      save();
    },
  };
}
