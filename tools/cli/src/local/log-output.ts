import { shortFunctionName } from "./function-name.ts";
import { createPrettyLog, type LogLine } from "./pretty-log.ts";

/** How log lines are written. */
export interface LogOutput {
  /** Only lines that carry this correlation id. */
  readonly correlation?: string | undefined;
  /** JSON, whatever the output is. */
  readonly json?: boolean | undefined;
  /** Full names of all functions, so that they can be shown without what all have in common. */
  readonly functions: readonly string[];
}

/**
 * Writes log lines to standard output: readable, and coloured unless NO_COLOR is set, on a terminal; else as JSON, one object a line.
 * Answers false where the next one should wait for `drain`.
 */
export function createLogOutput(
  { correlation, json, functions }: LogOutput,
  output: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stdout,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): (line: LogLine) => boolean {
  const mark = correlation === undefined ? "" : correlationMark(correlation);
  const color = (environment["NO_COLOR"] ?? "") === "";
  const pretty = createPrettyLog({ color, nameOf: (name) => shortFunctionName(name, functions) });
  const shown = json === true || !output.isTTY ? (line: LogLine) => JSON.stringify(line) : pretty;
  return (line) => {
    const text = line.line.includes(mark) ? shown(line) : undefined;
    return text === undefined || output.write(`${text}\n`);
  };
}

/** What stands in every line of JSON that carries this correlation id. */
export function correlationMark(id: string): string {
  return `"correlationId":${JSON.stringify(id)}`;
}
