import { pino, type Level as PinoLevel } from "pino";
import { loggable } from "./loggable.ts";
import type { IsRedacted } from "./redaction.ts";

/** The levels that services log at, as Lambda's log-level filter knows them in lower case. */
export type Level = "debug" | "info" | "warn" | "error";

/** Where finished lines go, and which levels get there. */
export interface Lines {
  isWritten(level: Level): boolean;
  write(level: Level, fields: object, message: string): void;
  /**
   * Writes a document that somebody reads as a whole, such as metrics: one line of JSON in either format, never filtered.
   * Lambda drops lines below the log level, so it carries that level where it is above `INFO`. Not redacted.
   */
  writeDocument(document: object, message: string): void;
}

const LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error", "fatal"] satisfies PinoLevel[];
const RESERVED = ["level", "timestamp", "message"] as const;

/**
 * Lines as Lambda wants them (AWS: "Log-level filtering", "Configuring JSON and plain text log formats"): `level` and
 * `timestamp` under these names, from `AWS_LAMBDA_LOG_LEVEL` (`INFO` where it is absent or unknown), one line of JSON
 * each, or `LEVEL message {fields}` where `AWS_LAMBDA_LOG_FORMAT` is `Text`. On stdout unless `write` is given, which
 * gets each line without its line break; in either case at once, since Lambda freezes whatever is buffered.
 */
export function createLines(
  environment: Readonly<Record<string, string | undefined>>,
  isRedacted: IsRedacted,
  write?: (line: string) => void,
): Lines {
  const named = environment["AWS_LAMBDA_LOG_LEVEL"]?.toLowerCase() ?? "";
  const level = LEVELS.includes(named) ? named : "info";
  const documentLevel = ["trace", "debug"].includes(level) ? "INFO" : level.toUpperCase();
  const output = write ?? toStdout();
  const lines = pino(
    {
      level,
      messageKey: "message",
      base: null,
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      // pino's own serializer would take what `loggable` made of an error for an error again.
      serializers: { err: (described: unknown) => described },
    },
    destination(environment["AWS_LAMBDA_LOG_FORMAT"] === "Text", output),
  );
  return {
    isWritten: (at) => lines.isLevelEnabled(at),
    write(at, fields, message) {
      try {
        lines[at](withoutReserved(loggable(fields, isRedacted)), message);
      } catch {
        // A getter that throws, say. The handler must not fail because of its log.
        lines[at]({ unloggable: true }, message);
      }
    },
    writeDocument(document, message) {
      output(JSON.stringify({ level: documentLevel, timestamp: new Date().toISOString(), ...document, message }));
    },
  };
}

function destination(isText: boolean, write: (line: string) => void): { write(line: string): void } {
  return { write: (line) => write(isText ? asText(line) : line.trimEnd()) };
}

function toStdout(): (line: string) => void {
  const stdout = pino.destination({ dest: 1, sync: true });
  return (line) => void stdout.write(`${line}\n`);
}

function asText(line: string): string {
  const parsed: { level: string; message: string; timestamp: string } = JSON.parse(line);
  const { level, message, timestamp: _, ...fields } = parsed;
  return `${level} ${message.replaceAll(/\p{Cc}+/gu, " ")} ${JSON.stringify(fields)}`;
}

/** JSON with a key twice is read differently everywhere, so a field of such a name gets another one. */
function withoutReserved(fields: Record<string, unknown>): Record<string, unknown> {
  for (const key of RESERVED) {
    if (!(key in fields)) continue;
    fields[`${key}_`] = fields[key];
    delete fields[key];
  }
  return fields;
}
