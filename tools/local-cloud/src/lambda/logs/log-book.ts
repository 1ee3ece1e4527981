import { EventEmitter, once } from "node:events";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { LogLine } from "./log-line.ts";
import type { LogStore } from "./log-store.ts";

/** The latest lines of each function that the book keeps. */
export const LINES_PER_FUNCTION = 20_000;
/** Characters of those lines; a function that writes long lines has fewer of them kept. */
export const CHARACTERS_PER_FUNCTION = 32 * 1024 * 1024;
/** About what CloudWatch Logs keeps of an event. */
export const MAX_LINE_CHARACTERS = 262_144;
/** Maximum lines, or characters, that a reader looks through before others have their turn. */
const LINES_PER_TURN = 1_000;
/** Lines are stored in batches, after this time or at this count: one by one they would cost more than writing them. */
const SAVE_AFTER_MS = 200;
const SAVED_LINES = 1_000;
const CHARACTERS_PER_TURN = 1024 * 1024;

/** A line with its place among those of all functions; places are never given twice, also over restarts. */
export interface LogEntry {
  readonly order: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly stream: string;
  readonly line: string;
}

/** Which lines a reader wants; what is absent excludes none. */
export interface LogQuery {
  readonly functionNames?: readonly string[] | undefined;
  /** Only lines read since then, milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Only lines that contain one of these texts. */
  readonly texts?: readonly string[] | undefined;
  /** Goes on with what is written later, until the signal's abort, instead of ending with what there is. */
  readonly follow?: boolean | undefined;
}

/**
 * The logs of all functions, in memory. It keeps the latest 20,000 lines of each function, and at most 32 Mi characters of them, so
 * that a file of some thousand records can be followed and the memory it takes is bounded by the number of functions. With a store
 * they are found again after a restart; of a process that is killed, the lines of the last fifth of a second may be missing.
 */
export interface LogBook {
  write(functionName: string, stream: string, line: string): void;
  /** The place that the next line gets. */
  readonly next: number;
  /** All lines kept, oldest first. */
  lines(functionName?: string): LogLine[];
  /** Those of one function, with their places. */
  entries(functionName: string): LogEntry[];
  /**
   * Lines kept, oldest first, one at a time as they are asked for: a slow reader holds nothing back. What the book drops before
   * the reader comes to it is told by a line that says how much it was. Ends at the signal's abort.
   */
  read(query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  onLine(listener: (line: LogLine) => void): () => void;
  /** Keeps what is not kept yet. */
  close(): void;
}

interface Entry {
  /** Counts the lines of all functions. */
  readonly order: number;
  readonly line: LogLine;
}

/** The latest lines of one function. */
interface Shelf {
  /** Those before `first` are dropped, and cut off in halves: shifting an array for each line would cost more than the line. */
  entries: Entry[];
  first: number;
  characters: number;
  /** Of all that were ever written. */
  dropped: number;
}

/** A log book in memory, with the lines that the store has. */
export function createLogBook(store?: LogStore): LogBook {
  const shelves = new Map<string, Shelf>();
  const written = new EventEmitter<{ line: [LogLine] }>().setMaxListeners(0);
  let unsaved: Entry[] = [];
  let saving: NodeJS.Timeout | undefined;
  let order = 0;
  for (const entry of store?.load() ?? []) {
    put(entry);
    order = entry.order + 1;
  }

  function put(entry: Entry): void {
    const { line } = entry;
    let shelf = shelves.get(line.function);
    if (shelf === undefined) shelves.set(line.function, (shelf = { entries: [], first: 0, characters: 0, dropped: 0 }));
    shelf.entries.push(entry);
    shelf.characters += line.line.length;
    while (shelf.entries.length - shelf.first > LINES_PER_FUNCTION || shelf.characters > CHARACTERS_PER_FUNCTION) {
      shelf.characters -= shelf.entries[shelf.first]?.line.line.length ?? 0;
      shelf.first += 1;
      shelf.dropped += 1;
    }
    if (shelf.first > shelf.entries.length / 2) {
      shelf.entries = shelf.entries.slice(shelf.first);
      shelf.first = 0;
    }
  }

  /** @throws where the store cannot be written; what is not kept yet is tried again with the next lines */
  function save(): void {
    clearTimeout(saving);
    saving = undefined;
    const named = new Set(unsaved.map(({ line }) => line.function));
    const firsts = [...named].map((name) => {
      const shelf = shelves.get(name);
      return [name, shelf?.entries[shelf.first]?.order ?? 0] as const;
    });
    const first = new Map(firsts);
    // What the book has dropped meanwhile is not worth writing.
    unsaved = unsaved.filter((entry) => entry.order >= (first.get(entry.line.function) ?? 0));
    store?.save(unsaved, first);
    unsaved = [];
  }

  /** A disk that is full must not end the cloud: the lines are still in the book, and stopping tells. */
  function trySave(): void {
    try {
      save();
    } catch {
      saving = undefined;
    }
  }

  async function* read(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    const matches = matcherOf(query);
    const reader = createReader(shelves, query.functionNames);
    const end = query.follow === true ? Infinity : order;
    let turn = { lines: 0, characters: 0 };
    for (;;) {
      if (signal.aborted) return;
      const line = reader.next(end);
      if (line === undefined) {
        if (end !== Infinity) return;
        await once(written, "line", { signal }).catch(() => {});
        continue;
      }
      if (line.dropped !== undefined || matches(line.line)) yield line.line;
      turn = { lines: turn.lines + 1, characters: turn.characters + line.line.line.length };
      if (turn.lines < LINES_PER_TURN && turn.characters < CHARACTERS_PER_TURN) continue;
      turn = { lines: 0, characters: 0 };
      await yieldToOthers();
    }
  }

  return {
    get next() {
      return order;
    },
    write(functionName, stream, text) {
      const line: LogLine = {
        function: functionName,
        time: new Date().toISOString(),
        stream,
        line: text.length > MAX_LINE_CHARACTERS ? text.slice(0, MAX_LINE_CHARACTERS) : text,
      };
      const entry = { order: order++, line };
      put(entry);
      if (store !== undefined) {
        unsaved.push(entry);
        if (unsaved.length % SAVED_LINES === 0) trySave();
        else saving ??= setTimeout(trySave, SAVE_AFTER_MS);
      }
      written.emit("line", line);
    },
    lines(functionName) {
      const chosen = functionName === undefined ? [...shelves.values()] : [shelves.get(functionName)];
      return chosen
        .flatMap((shelf) => shelf?.entries.slice(shelf.first) ?? [])
        .sort((a, b) => a.order - b.order)
        .map((entry) => entry.line);
    },
    entries(functionName) {
      const shelf = shelves.get(functionName);
      const kept = shelf?.entries.slice(shelf.first) ?? [];
      return kept.map(({ order: place, line: { time, stream, line } }) => ({
        order: place,
        time: Date.parse(time),
        stream,
        line,
      }));
    },
    read,
    close: save,
    onLine(listener) {
      written.on("line", listener);
      return () => written.off("line", listener);
    },
  };
}

/** Goes through the shelves side by side, in the order in which their lines were written. */
function createReader(shelves: ReadonlyMap<string, Shelf>, functionNames: readonly string[] | undefined) {
  /** How many lines of each function are behind the reader, dropped ones included. */
  const positions = new Map([...shelves].map(([name, { dropped }]) => [name, dropped]));
  return {
    /** The next line below `end`; one with `dropped` stands for that many that are not there any more. */
    next(end: number): { readonly line: LogLine; readonly dropped?: number } | undefined {
      let oldest: { readonly name: string; readonly entry: Entry } | undefined;
      for (const [name, shelf] of shelves) {
        if (functionNames !== undefined && !functionNames.includes(name)) continue;
        const position = positions.get(name) ?? 0;
        const entry = shelf.entries[shelf.first + Math.max(position - shelf.dropped, 0)];
        if (entry === undefined) continue;
        if (position < shelf.dropped) {
          positions.set(name, shelf.dropped);
          const dropped = shelf.dropped - position;
          const says = `${dropped} lines are missing here: they were dropped before they were read.`;
          return { line: { ...entry.line, line: says }, dropped };
        }
        if (entry.order < (oldest?.entry.order ?? end)) oldest = { name, entry };
      }
      if (oldest === undefined) return undefined;
      positions.set(oldest.name, (positions.get(oldest.name) ?? 0) + 1);
      return { line: oldest.entry.line };
    },
  };
}

function matcherOf({ since, texts }: LogQuery): (line: LogLine) => boolean {
  // One pass over a line for all texts: hundreds of `includes` would hold up the cloud.
  const wanted = texts === undefined ? undefined : new RegExp(texts.map(escaped).join("|"));
  return ({ time, line }) =>
    (since === undefined || Date.parse(time) >= since) && (wanted === undefined || wanted.test(line));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
