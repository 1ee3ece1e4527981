import type { Issue } from "./parsed.ts";

/** No more issues than this are reported for one payload: enough to act on, and bounded. */
export const MAX_ISSUES = 50;

const MAX_RECEIVED_CHARS = 100;
const MAX_PATH_CHARS = 200;
const PLAIN_KEY = /^[A-Za-z_$][\w$]{0,63}$/;
// JSON leaves these as they are, yet terminals act on them, nobody sees them, or SQS refuses them in an attribute.
const UNPRINTABLE = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/g;

/** An issue at `path`, with `received` described in at most 100 printable characters: text quoted, objects by kind. */
export function issueAt(path: string, expected: string, received: unknown): Issue {
  return {
    path: path.length > MAX_PATH_CHARS ? `${path.slice(0, MAX_PATH_CHARS - 1)}…` : path,
    expected,
    received: describeReceived(received),
  };
}

/** Extends a path by a key or an index: `joinPath("Records[0]", "s3")` is `Records[0].s3`. Odd keys are quoted. */
export function joinPath(path: string, key: unknown): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (typeof key !== "string") return path;
  if (!PLAIN_KEY.test(key)) return `${path}[${quote(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function describeReceived(received: unknown): string {
  if (received === undefined) return "nothing";
  if (typeof received === "string") return quote(received);
  if (Array.isArray(received)) return `array of ${received.length}`;
  // What is left of JSON: numbers, true, false and null show as they are.
  return typeof received === "object" && received !== null ? "object" : JSON.stringify(received);
}

function quote(text: string): string {
  // Cut before quoting, so that a megabyte of text is not escaped to show a hundred characters of it.
  const escaped = JSON.stringify(text.slice(0, MAX_RECEIVED_CHARS)).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const isWhole = text.length <= MAX_RECEIVED_CHARS && escaped.length <= MAX_RECEIVED_CHARS;
  return isWhole ? escaped : `${escaped.slice(0, -1).slice(0, MAX_RECEIVED_CHARS - 2)}…"`;
}
