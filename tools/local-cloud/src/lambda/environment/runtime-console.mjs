// The console inside an execution environment: lines as Lambda's Node runtime writes them, in the function's log format
// (AWS page: "Log and monitor Node.js Lambda functions").
import { format } from "node:util";

const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
const lowest = Math.max(0, levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? ""));
let requestIdNow = () => "-";

function plain(_key, value) {
  if (!(value instanceof Error)) return value;
  const said = { errorType: value.name, errorMessage: value.message, stackTrace: value.stack?.split("\n") ?? [] };
  return Object.assign(said, value);
}

function jsonLine(level, [message, ...rest]) {
  const line = { timestamp: new Date().toISOString(), level, requestId: requestIdNow() };
  const error = rest.find((value) => value instanceof Error);
  if (error) {
    Object.assign(line, {
      errorType: error.name,
      errorMessage: error.message,
      stackTrace: error.stack?.split("\n") ?? [],
    });
  }
  try {
    return JSON.stringify({ ...line, message: rest.length === 0 ? message : format(message, ...rest) }, plain);
  } catch {
    return JSON.stringify({ ...line, message: format(message, ...rest) });
  }
}

function write(level, values) {
  if (levels.indexOf(level) < lowest) return;
  const line = json
    ? jsonLine(level, values)
    : `${new Date().toISOString()}\t${requestIdNow()}\t${level}\t${format(...values)}`;
  process.stdout.write(`${line}\n`);
}

/** Replaces the console's methods; `requestId` names the invocation that runs. */
export function installConsole(requestId) {
  requestIdNow = requestId;
  const at =
    (level) =>
    (...values) =>
      write(level, values);
  Object.assign(console, {
    trace: at("TRACE"),
    debug: at("DEBUG"),
    log: at("INFO"),
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
    fatal: at("FATAL"),
  });
}

/** Logs what initialization or the handler threw. */
export function logError(what, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  write("ERROR", json ? [error] : [what, `\t${JSON.stringify(error, plain)}`]);
}

/** Logs what the runtime itself warns of. */
export function logWarning(message) {
  write("WARN", [message]);
}
