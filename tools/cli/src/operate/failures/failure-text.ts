import { printable } from "../../printable.ts";
import { formatCount, formatCounted, formatTable } from "../../table.ts";
import type { Failure, FoundFailure } from "./failure.ts";
import { parseJson } from "../../parse-json.ts";

const SHORTEST_ID = 8;
const WHAT_COLUMNS = 40;
const SHORTEST_REASON_COLUMNS = 40;

/** The failures as a table that fits `columns`, and how many there are of each kind. */
export function formatFailures(failures: readonly Failure[], columns: number): string {
  const idLength = idColumns(failures);
  const rows = failures.map((failure) => [
    failure.id.slice(0, idLength),
    failure.kind,
    secondOf(failure.firstAt),
    secondOf(failure.lastAt),
    failure.attempts === undefined ? "" : formatCount(failure.attempts),
    fit(failure.what, WHAT_COLUMNS),
  ]);
  const header = ["id", "kind", "first", "last", "attempts", "what"];
  const width = (formatTable(header, rows).split("\n", 1)[0] ?? "").length;
  const used = Math.max(
    width,
    ...formatTable(header, rows)
      .split("\n")
      .map((line) => line.length),
  );
  const reasonColumns = Math.max(SHORTEST_REASON_COLUMNS, columns - used - 2);
  const table = formatTable(
    [...header, "why"],
    rows.map((row, at) => [...row, fit(failures[at]?.reason ?? "", reasonColumns)]),
  );
  return `${table}\n\n${formatTally(failures.map(({ kind }) => kind))}\n`;
}

/** `60 failures: 40 order-rejected, 20 batch-exhausted` */
export function formatTally(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, count]) => `${formatCount(count)} ${kind}`).join(", ");
  return `${formatCounted(kinds.length, "failure")}: ${parts}`;
}

/** All that is known of one failure, then its content, laid out where it is JSON. */
export function formatFailure({ failure, content }: FoundFailure): string {
  const { id, kind, place, what, reason, attempts, firstAt, lastAt, facts } = failure;
  const lines = Object.entries({
    id,
    kind,
    where: place,
    what,
    why: reason,
    attempts: attempts === undefined ? undefined : formatCount(attempts),
    first: firstAt,
    last: lastAt,
    ...facts,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(16)}  ${printable(value)}`]));
  const value = parseJson(content);
  const text = value === undefined ? printable(content) : JSON.stringify(value, null, 2);
  return `${lines.join("\n")}\n\n${text}\n`;
}

/** One line for a failure, such as a progress report begins with. */
export function formatBriefly({ id, kind, what }: Failure): string {
  return `${id.slice(0, SHORTEST_ID)}  ${kind}  ${fit(what, WHAT_COLUMNS)}`;
}

/** As many characters as tell the ids apart, at least eight. */
function idColumns(failures: readonly Failure[]): number {
  for (let length = SHORTEST_ID; length < 64; length += 4)
    if (new Set(failures.map(({ id }) => id.slice(0, length))).size === failures.length) return length;
  return 64;
}

function secondOf(time: string | undefined): string {
  return time === undefined ? "" : time.replace(/\.\d+Z$/, "Z");
}

function fit(text: string, columns: number): string {
  const line = printable(text).replaceAll(/\s+/g, " ");
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
