/** Lays rows out in columns under a header; numbers (cells that begin with a digit or `-`) stand on the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], numbers: boolean): string =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return numbers && /^-?\d/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    line(header, false),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map((row) => line(row, true)),
  ].join("\n");
}

/** `5009` → `5,009`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Milliseconds as seconds with one decimal: `12.3 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
