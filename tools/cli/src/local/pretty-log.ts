import { stripVTControlCharacters, styleText } from "node:util";
import * as v from "valibot";

/** A line of a function's log, as the local cloud gives it. */
export const logLineSchema = v.object({
  function: v.string(),
  time: v.string(),
  stream: v.string(),
  line: v.string(),
});
export type LogLine = v.InferOutput<typeof logLineSchema>;

type Style = Parameters<typeof styleText>[0];

/** One for each service, in the order in which they come up. */
const SERVICE_STYLES: readonly Style[] = ["cyan", "magenta", "green", "blue", "yellow"];
const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  WARN: "yellow",
  ERROR: "red",
  FATAL: "red",
  DEBUG: "dim",
  TRACE: "dim",
};

/** Said already by the line's beginning, or of no use to a reader. */
const LEFT_OUT = new Set(["level", "timestamp", "message", "msg", "service", "function", "_aws", "err"]);
/** Every report says what these begin. */
const UNSAID = /^(?:START |END |INIT_START )/;

const REPORT = /^(?:INIT_)?REPORT /;

const objectSchema = v.record(v.string(), v.unknown());
const errorSchema = v.object({ stack: v.string() });
/** An error as Lambda's console writes it into JSON: in the place of the message, or beside it. */
const loggedErrorSchema = v.object({
  errorType: v.string(),
  errorMessage: v.string(),
  stackTrace: v.array(v.string()),
});
const reportSchema = v.object({
  status: v.string(),
  errorType: v.optional(v.string()),
  metrics: v.object({
    durationMs: v.number(),
    initDurationMs: v.optional(v.number()),
    maxMemoryUsedMB: v.optional(v.number()),
  }),
});

/**
 * Makes lines readable: time, service in its own colour, level, message, the other fields, an error's stack below. The
 * platform's lines become one report an invocation. Control characters of a line do not reach the terminal.
 * `undefined` is a line that need not be shown.
 */
export function createPrettyLog(options: {
  readonly color: boolean;
  /** The name by which a function is shown. */
  readonly nameOf: (functionName: string) => string;
}): (line: LogLine) => string | undefined {
  const styles = new Map<string, Style>();
  const styled = (style: Style | undefined, text: string): string =>
    options.color && style !== undefined ? styleText(style, text, { validateStream: false }) : text;

  function styleOf(name: string): Style {
    const known = styles.get(name);
    if (known !== undefined) return known;
    const style = SERVICE_STYLES[styles.size % SERVICE_STYLES.length] ?? "cyan";
    styles.set(name, style);
    return style;
  }

  /** What stands after time and service. */
  function saidBy(line: string): string | undefined {
    const fields = readObject(line);
    if (fields === undefined && UNSAID.test(line)) return undefined;
    if (fields === undefined) return REPORT.test(line) ? styled("dim", line.replaceAll("\t", "  ")) : line;
    const { type, record } = fields;
    if (typeof type === "string" && type.startsWith("platform.")) return platform(type, record);
    const level = typeof fields["level"] === "string" ? fields["level"].toUpperCase() : "INFO";
    const error = loggedError(fields);
    const rest = Object.entries(fields)
      .filter(([name]) => !LEFT_OUT.has(name) && !(error === fields && name in loggedErrorSchema.entries))
      .map(([name, value]) => styled("dim", `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`));
    const head = `${styled(LEVEL_STYLES[level], level.padEnd(5))} ${messageOf(fields, error)}`;
    return [[head, ...rest].join("  "), ...stackOf(fields, error)].join("\n");
  }

  function platform(type: string, record: unknown): string | undefined {
    const report = v.safeParse(reportSchema, record);
    if (type !== "platform.report" || !report.success)
      return type === "platform.start" || type === "platform.initStart"
        ? undefined
        : styled("dim", `${type} ${JSON.stringify(record)}`);
    const { status, errorType, metrics } = report.output;
    const facts = [
      `${metrics.durationMs.toFixed(1)} ms`,
      ...(metrics.initDurationMs === undefined ? [] : [`cold start ${metrics.initDurationMs.toFixed(0)} ms`]),
      ...(metrics.maxMemoryUsedMB === undefined ? [] : [`${metrics.maxMemoryUsedMB} MB`]),
      ...(status === "success" ? [] : [[status, errorType].filter(Boolean).join(": ")]),
    ];
    return styled(status === "success" ? "dim" : "red", `REPORT ${facts.join(", ")}`);
  }

  return (line) => {
    const name = options.nameOf(line.function);
    const said = saidBy(printable(line.line));
    if (said === undefined) return undefined;
    const begin = `${styled("dim", line.time.slice(11, 23))} ${styled(styleOf(name), name)} `;
    return `${begin}${said.replaceAll("\n", "\n    ")}`;
  };
}

function readObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const parsed = v.safeParse(objectSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

type LoggedError = v.InferOutput<typeof loggedErrorSchema>;

/** What Lambda's own console made of an error. */
function loggedError(fields: Readonly<Record<string, unknown>>): LoggedError | undefined {
  return [fields["message"], fields].find((value) => v.is(loggedErrorSchema, value));
}

function messageOf(fields: Readonly<Record<string, unknown>>, error: LoggedError | undefined): string {
  const message = fields["message"] ?? fields["msg"] ?? "";
  const text = typeof message === "string" ? message : JSON.stringify(message);
  if (error === undefined) return text;
  const said = `${error.errorType}: ${error.errorMessage}`;
  return error === message ? said : `${text} ${said}`;
}

/** The stack of `err`, or of an error of Lambda's console. */
function stackOf({ err }: Readonly<Record<string, unknown>>, error: LoggedError | undefined): string[] {
  if (error !== undefined)
    return error.stackTrace.filter((frame) => /^ +at /.test(frame)).map((frame) => frame.slice(4));
  if (err === undefined) return [];
  return [v.is(errorSchema, err) ? err.stack : JSON.stringify(err)];
}

function printable(line: string): string {
  return stripVTControlCharacters(line).replaceAll(/[^\P{Cc}\t\n]/gu, "�");
}
