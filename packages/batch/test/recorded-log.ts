import type { InvocationLog, Log } from "@doorbell/logger/log";

/** One line that a handler logged, with the fields of all the children it went through. */
export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines and its metrics, in the place of the Lambda logger. */
export function recordedLog(): {
  log: Log & { invocation(): InvocationLog<string, string> };
  lines: Line[];
  counts: Map<string, number>;
} {
  const lines: Line[] = [];
  const counts = new Map<string, number>();
  const logWith = (bound: object): Log => {
    const at = (level: Line["level"]) => (fields: object, message: string) => {
      lines.push({ level, message, fields: { ...bound, ...fields } });
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      child: (fields) => logWith({ ...bound, ...fields }),
    };
  };
  const metrics: InvocationLog<string, string>["metrics"] = {
    count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
    measure: (name, ms) => void counts.set(name, ms),
    write: () => void counts.set("written", (counts.get("written") ?? 0) + 1),
  };
  return { log: { ...logWith({}), invocation: () => ({ ...logWith({}), metrics }) }, lines, counts };
}
