import type { Level } from "./lines.ts";

/** A line below the log level. */
interface HeldLine {
  readonly level: Level;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: string;
  readonly fields: object;
}

/** Of more lines than this, the latest are kept. */
export const MAX_HELD_LINES = 50;

/** The lines of one invocation that were not written, in case it fails. Bounded; costs hardly anything until then. */
export interface HeldLines {
  keep(line: HeldLine): void;
  /** Gives the lines up, oldest first. Their fields are as they are now, not as they were then. */
  release(): readonly HeldLine[];
}

/** Holds nothing yet. */
export function holdLines(): HeldLines {
  let lines: HeldLine[] = [];
  return {
    keep(line) {
      if (lines.length === MAX_HELD_LINES) lines.shift();
      lines.push(line);
    },
    release() {
      const released = lines;
      lines = [];
      return released;
    },
  };
}
