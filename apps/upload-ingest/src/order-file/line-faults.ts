import type { Issue } from "@doorbell/aws-events/parsed";
import { LINE_BYTES } from "../limits.ts";

/** The reason of a line that is longer than the limit. */
export function lineTooLong(): Issue {
  return { path: "", expected: `a line of at most ${LINE_BYTES} bytes`, received: "a longer line" };
}

/** The reason of a line with U+FFFD in it: bytes were lost, here where it is no UTF-8, or upstream. */
export function notUtf8(): Issue {
  return { path: "", expected: "UTF-8", received: "bytes of another encoding, or the replacement character U+FFFD" };
}

/** True where the line has more than {@link LINE_BYTES} bytes; they are counted only where they may be too many. */
export function isTooLong(text: string, start: number, end: number): boolean {
  return (end - start) * 3 > LINE_BYTES && Buffer.byteLength(text.slice(start, end)) > LINE_BYTES;
}

/** The reason of the reject that names the line from which on a file was not read. */
export function restUnread(reason: string): Issue {
  return { path: "", expected: "the rest of the file, from this line on", received: reason };
}
