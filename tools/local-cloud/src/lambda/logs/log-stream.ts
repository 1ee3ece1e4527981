import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { type LogBook, MAX_LINE_CHARACTERS } from "./log-book.ts";

const TAIL_BYTES = 4_096;

/** The log stream of one execution environment. */
export interface LogStream {
  /** `2026/03/02/[$LATEST]…`, as CloudWatch Logs names it. */
  readonly name: string;
  write(line: string): void;
  /** The place in the log that the next line gets; see the log book. */
  readonly next: number;
  /** Reads a child's output line by line into the stream. Of a line without end it holds as much as the book keeps. */
  follow(output: Readable): void;
  /** Starts to collect the tail of an invocation. */
  beginTail(): void;
  /** The last 4 KB written since {@link beginTail}. */
  endTail(): string;
}

/** Opens a stream of a function in the log book. */
export function openLogStream(book: LogBook, functionName: string): LogStream {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
  const name = `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
  let tail: Buffer[] | undefined;
  let tailBytes = 0;

  function write(line: string): void {
    book.write(functionName, name, line);
    if (tail === undefined) return;
    const bytes = Buffer.from(`${line}\n`);
    tail.push(bytes);
    tailBytes += bytes.length;
    while (tail[0] !== undefined && tailBytes - tail[0].length >= TAIL_BYTES) tailBytes -= tail.shift()?.length ?? 0;
  }

  return {
    name,
    write,
    get next() {
      return book.next;
    },
    follow(output) {
      let rest = "";
      output.setEncoding("utf8");
      output.on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = (lines.pop() ?? "").slice(0, MAX_LINE_CHARACTERS);
        for (const line of lines) write(line);
      });
      output.on("end", () => {
        if (rest !== "") write(rest);
      });
    },
    beginTail() {
      tail = [];
      tailBytes = 0;
    },
    endTail() {
      const text = Buffer.concat(tail ?? [])
        .subarray(-TAIL_BYTES)
        .toString("utf8");
      tail = undefined;
      return text;
    },
  };
}
