import type { Issue } from "./parsed.ts";

/** The reason of a rejection has at most this many bytes of UTF-8. */
export const MAX_REASON_BYTES = 1024;

/**
 * Issues as one line: `data.total: expected …, received …; …`, cut to `maxBytes` of UTF-8 and marked by `…` where cut.
 * Holds what was received, so it may hold personal data: for the sender and for a parked message, not for logs.
 */
export function describeIssues(issues: readonly Issue[], maxBytes = MAX_REASON_BYTES): string {
  const text = issues.map(describeIssue).join("; ");
  return cutToBytes(text, maxBytes);
}

function describeIssue({ path, expected, received }: Issue): string {
  const said = `expected ${expected}, received ${received}`;
  return path === "" ? said : `${path}: ${said}`;
}

/** Text of at most `maxBytes` of UTF-8, never cut inside a character; `…` marks a cut. `maxBytes` is at least 3. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.alloc(maxBytes - ELLIPSIS_BYTES);
  // `write` stops before a character that does not fit whole.
  const written = bytes.write(text);
  return `${bytes.toString("utf8", 0, written)}…`;
}

const ELLIPSIS_BYTES = 3;
