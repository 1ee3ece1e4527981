const LINES_PER_FUNCTION = 20_000;
const MAX_LINE_CHARACTERS = 262_144;

/** One line that a function or the platform wrote about it. */
export interface LogLine {
  readonly function: string;
  /** When the local cloud read it, ISO 8601. */
  readonly time: string;
  /** The log stream: one per execution environment. */
  readonly stream: string;
  /** Without its line end; cut to 256 K characters, about what CloudWatch Logs keeps of an event. */
  readonly line: string;
}

/** Keeps the latest 20,000 lines of each function, so that a file of some thousand orders can be followed, and passes new ones on. */
export interface LogBook {
  write(functionName: string, stream: string, line: string): void;
  lines(functionName?: string): LogLine[];
  onLine(listener: (line: LogLine) => void): () => void;
}

/** A log book in memory. */
export function createLogBook(): LogBook {
  const kept = new Map<string, { order: number; line: LogLine }[]>();
  const listeners = new Set<(line: LogLine) => void>();
  let order = 0;
  return {
    write(functionName, stream, text) {
      const line: LogLine = {
        function: functionName,
        time: new Date().toISOString(),
        stream,
        line: text.length > MAX_LINE_CHARACTERS ? text.slice(0, MAX_LINE_CHARACTERS) : text,
      };
      let lines = kept.get(functionName);
      if (lines === undefined) kept.set(functionName, (lines = []));
      lines.push({ order: order++, line });
      // Cut in halves, not line by line: shifting an array for each line would cost more than the line.
      if (lines.length >= 2 * LINES_PER_FUNCTION) lines.splice(0, LINES_PER_FUNCTION);
      for (const listener of listeners) listener(line);
    },
    lines(functionName) {
      const chosen = functionName === undefined ? [...kept.values()] : [kept.get(functionName) ?? []];
      return chosen
        .flatMap((lines) => lines.slice(-LINES_PER_FUNCTION))
        .sort((a, b) => a.order - b.order)
        .map((entry) => entry.line);
    },
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
