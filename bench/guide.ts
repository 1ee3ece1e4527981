import { readFileSync, writeFileSync } from "node:fs";

const BEGIN = "<!-- figures: written by the benchmark -->\n";
const END = "<!-- end of figures -->";

/** The figures of a guide, between its two marks. @throws where it has lost them */
export function figuresIn(guide: string): string {
  const figures = guide.split(BEGIN)[1]?.split(END);
  if (figures?.length !== 2 || figures[0] === undefined) throw new Error("The guide has lost the marks of its figures");
  return figures[0];
}

/** Replaces the figures of a guide by those of this run. */
export function writeFigures(file: URL, figures: string): void {
  const guide = readFileSync(file, "utf8");
  writeFileSync(
    file,
    guide.replace(`${BEGIN}${figuresIn(guide)}${END}`, () => `${BEGIN}${figures}${END}`),
  );
}

/** A Markdown table as the formatter of this repository writes it: columns of equal width. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join("\n");
}
