import { printableLine } from "./printable.ts";

/** A number, perhaps with its unit. */
const NUMBER = /^-?\d[\d,]*(?:\.\d+)?(?: (?:ms|s|MB))?$/;

/**
 * Lays rows out in columns under a header; a column of nothing but numbers and empty cells stands on the right. No control
 * character of a cell reaches the terminal.
 */
export function formatTable(header: readonly string[], table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map(printableLine));
  const columns = header.map((title, at) => {
    const cells = rows.map((row) => row[at] ?? "");
    return {
      width: Math.max(title.length, ...cells.map((cell) => cell.length)),
      isNumeric: cells.every((cell) => cell === "" || NUMBER.test(cell)),
    };
  });
  const line = (cells: readonly string[], isHeader = false): string =>
    columns
      .map(({ width, isNumeric }, at) => {
        const cell = cells[at] ?? "";
        return isNumeric && !isHeader ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    line(header, true),
    columns.map(({ width }) => "─".repeat(width)).join("  "),
    ...rows.map((row) => line(row)),
  ].join("\n");
}

/** `1 fault`, `2,000 faults`. */
export function formatCounted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `5009` → `5,009`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Milliseconds as seconds with one decimal: `12.3 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
