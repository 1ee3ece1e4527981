import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import { readBody } from "../../endpoint/read-body.ts";
import type { AnswerSink } from "../invocation.ts";
import { collectAnswer, receiveStream } from "./receive-stream.ts";

/** An invocation as the runtime gets it from `next`. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
  readonly traceId: string;
  /** JSON text. */
  readonly clientContext?: string | undefined;
  /** Takes an answer that is streamed; without one it is kept until its end. */
  readonly sink?: AnswerSink | undefined;
}

/** What the runtime tells. */
export interface RuntimeListener {
  /** It asks for work: initialized, or done with the last invocation. */
  next(): void;
  answered(answer: { readonly requestId: string; readonly error: boolean; readonly body: string }): void;
  initFailed(body: string): void;
}

/** The Runtime API of one execution environment. */
export interface RuntimeApi {
  /** `127.0.0.1:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Hands an invocation to the runtime that waits in `next`. */
  deliver(invocation: RuntimeInvocation): void;
  /** Closes the listener and its connections. */
  close(): Promise<void>;
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

const refuse = (response: ServerResponse, status: number, errorType: string, errorMessage: string): void =>
  reply(response, status, { errorMessage, errorType });

/**
 * Opens the public Runtime API for one execution environment on a loopback port of its own, so that any runtime client
 * (AWS's own included) needs to know nothing but `host:port` (AWS page: "Using the Lambda runtime API for custom runtimes").
 * A request with another host name or from a web page's origin is refused.
 */
export async function openRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  let current: string | undefined;
  let sink: AnswerSink | undefined;
  /** An invocation was delivered and is not answered; a runtime may ask for the next one while the end of a stream is under way. */
  let busy = false;
  let asked = false;

  function settle(answered: Parameters<RuntimeListener["answered"]>[0]): void {
    busy = false;
    listener.answered(answered);
    if (asked) listener.next();
    asked = false;
  }

  async function stream(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    if (id !== current) return refuse(response, 400, "InvalidRequestID", "Invalid request ID");
    current = undefined;
    const kept = collectAnswer(BODY_LIMITS.runtimeAnswer);
    const error = await (sink === undefined
      ? receiveStream(request, kept, BODY_LIMITS.runtimeAnswer)
      : receiveStream(request, sink, BODY_LIMITS.streamedAnswer));
    reply(response, 202, { status: "OK" });
    settle({ requestId: id, error: error !== undefined, body: error ?? kept.body().toString("utf8") });
  }

  async function answer(request: IncomingMessage, response: ServerResponse, id: string, error: boolean): Promise<void> {
    if (!error && request.headers["lambda-runtime-function-response-mode"] === "streaming")
      return stream(request, response, id);
    const body = await readBody(request, BODY_LIMITS.runtimeAnswer);
    if (id !== current) return refuse(response, 400, "InvalidRequestID", "Invalid request ID");
    current = undefined;
    if (body === undefined) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${BODY_LIMITS.runtimeAnswer} bytes).`;
      refuse(response, 413, "RequestEntityTooLarge", errorMessage);
      const tooLarge = JSON.stringify({ errorType: "Function.ResponseSizeTooLarge", errorMessage });
      return settle({ requestId: id, error: true, body: tooLarge });
    }
    reply(response, 202, { status: "OK" });
    return settle({ requestId: id, error, body: body.toString("utf8") });
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.host !== address || request.headers.origin !== undefined)
      return refuse(response, 403, "Forbidden", "This endpoint serves its own execution environment only.");
    const path = request.url ?? "";
    if (request.method === "GET" && path === "/2018-06-01/runtime/invocation/next") {
      waiting = response;
      asked = busy;
      return busy ? undefined : listener.next();
    }
    if (request.method === "POST" && path === "/2018-06-01/runtime/init/error") {
      const body = await readBody(request, BODY_LIMITS.runtimeAnswer);
      reply(response, 202, { status: "OK" });
      return listener.initFailed(body?.toString("utf8") ?? "{}");
    }
    const found = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path);
    if (request.method === "POST" && found?.[1] !== undefined)
      return answer(request, response, found[1], found[2] === "error");
    return refuse(response, 404, "NotFound", "No such path in the Runtime API");
  }

  const server = createServer((request, response) => {
    // A connection that breaks while a body is read means that the environment died; its exit tells.
    route(request, response).catch(() => response.destroy());
  });
  // A handler may run for fifteen minutes between two requests on one connection.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  const address = `127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}`;

  return {
    address,
    deliver(invocation) {
      current = invocation.requestId;
      sink = invocation.sink;
      busy = true;
      const body = Buffer.from(invocation.payload);
      waiting?.writeHead(200, {
        "content-type": "application/json",
        "content-length": body.length,
        "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
        "Lambda-Runtime-Deadline-Ms": String(invocation.deadlineMs),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invokedFunctionArn,
        "Lambda-Runtime-Trace-Id": invocation.traceId,
        ...(invocation.clientContext === undefined
          ? {}
          : { "Lambda-Runtime-Client-Context": invocation.clientContext }),
      });
      waiting?.end(body);
      waiting = undefined;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
