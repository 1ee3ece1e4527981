// The program inside an execution environment: what AWS's Node 24 runtime does, over the public Runtime API
// (AWS page: "Using the Lambda runtime API for custom runtimes"). It runs under the handler's own Node process and has
// no dependencies, so that a cold start is little more than a Node start and the handler's imports.
import { Agent, request } from "node:http";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { installConsole, logError } from "./runtime-console.mjs";
import { redirectFetch } from "./runtime-fetch.mjs";
import { isStreaming, offerStreaming, streamAnswer } from "./runtime-stream.mjs";

const TRACE_VARIABLE = "_X_AMZN_TRACE_ID";
const variables = process.env;
const [host, port] = variables.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Begins a request to the Runtime API; `accepted` has its answer. */
function open(method, path, headers) {
  let outgoing;
  const accepted = new Promise((resolve, reject) => {
    outgoing = request({ host, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers }, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => resolve({ headers: incoming.headers, body: Buffer.concat(chunks).toString("utf8") }));
    });
    outgoing.on("error", reject);
  });
  return { request: outgoing, accepted };
}

function call(method, path, body, headers = {}) {
  const { request: outgoing, accepted } = open(method, path, headers);
  outgoing.end(body);
  return accepted;
}

const post = (path, body, headers) =>
  call("POST", path, body, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });

/** The body that a caller gets for what a handler threw. */
function errorBody(thrown) {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? "").split("\n") };
}

function failure(name, message) {
  return Object.assign(new Error(message), { name });
}

/** Finds the handler that `_HANDLER` names: `folder/module.export`, the export possibly nested. */
async function loadHandler() {
  const { _HANDLER: named } = variables;
  const [module, ...path] = basename(named).split(".");
  if (module === "" || path.length === 0) throw failure("Runtime.MalformedHandlerName", "Bad handler");
  const file = join(variables.LAMBDA_TASK_ROOT, dirname(named), module);
  const found = [".mjs", ".js", ".cjs"].map((extension) => file + extension).find((candidate) => existsSync(candidate));
  if (!found) throw failure("Runtime.ImportModuleError", `Error: Cannot find module '${module}'`);
  const exports = found.endsWith(".cjs")
    ? createRequire(import.meta.url)(found)
    : await import(pathToFileURL(found).href).catch((error) => {
        if (error instanceof SyntaxError) error.name = "Runtime.UserCodeSyntaxError";
        else if (error?.code === "ERR_MODULE_NOT_FOUND" || error?.code === "MODULE_NOT_FOUND")
          throw failure("Runtime.ImportModuleError", String(error));
        throw error;
      });
  const pick = (from) => path.reduce((value, key) => value?.[key], from);
  const handler = pick(exports) ?? pick(exports.default);
  if (handler === undefined) throw failure("Runtime.HandlerNotFound", `${named} is undefined or not exported`);
  if (typeof handler !== "function") throw failure("Runtime.HandlerNotFound", `${named} is not a function`);
  if (handler.length >= 3 && !isStreaming(handler))
    throw failure(
      "Runtime.CallbackHandlerDeprecated",
      `${named} takes a callback, which Lambda no longer supports from Node.js 24 on. Make it an async function of event and context.`,
    );
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const json = (text) => (text ? JSON.parse(text) : undefined);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    clientContext: json(headers["lambda-runtime-client-context"]),
    identity: json(headers["lambda-runtime-cognito-identity"]),
    functionName: variables.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: variables.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: variables.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: variables.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function toJson(value) {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    throw failure("Runtime.JSONStringifyError", "Unable to stringify response body");
  }
}

// A pipe that is full makes writes wait in memory; an environment must not be frozen with lines unwritten.
const drained = (stream) =>
  stream.writableLength === 0 ? undefined : new Promise((resolve) => stream.write("", () => resolve()));

let requestId = "-";
installConsole(() => requestId);
offerStreaming();
redirectFetch(variables);

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  logError("Init Error", error);
  const body = errorBody(error);
  await post("init/error", JSON.stringify(body), {
    "lambda-runtime-function-error-type": encodeURIComponent(body.errorType),
  });
  await drained(process.stdout);
  process.exit(1);
}

// Not awaited at the top level, and nothing here listens for unhandled rejections: as with AWS's runtime for Node 24 such
// a rejection ends the process, and so does a handler that waits for something that can no longer happen.
void (async () => {
  for (;;) {
    const next = await call("GET", "invocation/next");
    const context = contextOf(next.headers);
    requestId = context.awsRequestId;
    const trace = next.headers["lambda-runtime-trace-id"];
    if (trace) variables[TRACE_VARIABLE] = trace;
    else delete variables[TRACE_VARIABLE];
    if (isStreaming(handler)) {
      await streamAnswer({
        handler,
        event: JSON.parse(next.body),
        context,
        open: (headers) => open("POST", `invocation/${requestId}/response`, headers),
        report(error) {
          logError("Invoke Error", error);
          return errorBody(error);
        },
      });
      continue;
    }
    let answer;
    try {
      answer = { path: "response", body: toJson(await handler(JSON.parse(next.body), context)) };
    } catch (error) {
      logError("Invoke Error", error);
      const body = errorBody(error);
      answer = {
        path: "error",
        body: JSON.stringify(body),
        headers: { "lambda-runtime-function-error-type": encodeURIComponent(body.errorType) },
      };
    }
    await drained(process.stdout);
    await drained(process.stderr);
    await post(`invocation/${requestId}/${answer.path}`, answer.body, answer.headers);
  }
})();
