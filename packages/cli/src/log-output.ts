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

/** Writes log lines to standard output: readable, and coloured unless NO_COLOR is set, on a terminal; else as JSON, one object a line. */
export function createLogOutput(
  { correlation, json, functions }: LogOutput,
  output: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stdout,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): (line: LogLine) => void {
  const mark = correlation === undefined ? "" : `"correlationId":${JSON.stringify(correlation)}`;
  const color = (environment["NO_COLOR"] ?? "") === "";
  const pretty = createPrettyLog({ color, nameOf: (name) => shortFunctionName(name, functions) });
  const shown = json === true || !output.isTTY ? (line: LogLine) => JSON.stringify(line) : pretty;
  return (line) => {
    if (!line.line.includes(mark)) return;
    const text = shown(line);
    if (text !== undefined) output.write(`${text}\n`);
  };
}
