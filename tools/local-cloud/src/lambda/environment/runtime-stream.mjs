// Response streaming inside an execution environment: the global `awslambda` of AWS's Node runtime, and the stream that a
// handler writes its answer to (AWS pages: "Writing response streaming-enabled Lambda functions", "Using the Lambda runtime
// API for custom runtimes").
import { Writable } from "node:stream";
import { callbackify } from "node:util";
import { logWarning } from "./runtime-console.mjs";

/** The properties by which AWS's runtime knows a handler that streams; libraries set them by themselves. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

const INTEGRATION_RESPONSE = "application/vnd.awslambda.http-integration-response";
/** What stands between the JSON of status and headers, and the body. */
const PRELUDE_END = new Uint8Array(8);
const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";

/** Offers `awslambda.streamifyResponse` and `awslambda.HttpResponseStream`, for handlers that are loaded from now on. */
export function offerStreaming() {
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse(handler, options) {
      handler[STREAMING] = "response";
      if (typeof options?.highWaterMark === "number") handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream: {
      from(stream, prelude) {
        stream.setContentType(INTEGRATION_RESPONSE);
        const text = JSON.stringify(prelude);
        stream.beforeFirstWrite = (write) => {
          write(text);
          write(PRELUDE_END);
        };
        return stream;
      },
    },
  };
}

export function isStreaming(handler) {
  return handler[STREAMING] === "response";
}

/**
 * The stream of an answer. The request to the Runtime API begins with the first byte, until when the content type can be set; as with
 * AWS's runtime, status and headers go out with the first write, and not at all without one.
 */
class ResponseStream extends Writable {
  beforeFirstWrite;
  #contentType = "application/octet-stream";
  #open;
  #request;
  #accepted;

  constructor(open, highWaterMark) {
    super({ ...(highWaterMark !== undefined && { highWaterMark }), decodeStrings: false });
    this.#open = open;
  }

  setContentType(contentType) {
    if (this.#request !== undefined)
      throw Object.assign(new Error("Cannot set content-type, too late."), {
        name: "Runtime.InvalidStreamingOperation",
      });
    this.#contentType = contentType;
  }

  // What is neither text nor bytes goes out as JSON, as with AWS's runtime.
  write(chunk, ...rest) {
    const plain = typeof chunk === "string" || chunk instanceof Uint8Array;
    return super.write(plain ? chunk : JSON.stringify(chunk), ...rest);
  }

  _write(chunk, encoding, done) {
    if (this.#request === undefined) {
      const request = this.#begin();
      this.beforeFirstWrite?.((first) => request.write(first));
    }
    this.#request.write(chunk, encoding, done);
  }

  _final(done) {
    callbackify(() => this.#end())(done);
  }

  /** Ends the answer with an error; what was written before it has been sent. */
  async fail(error) {
    this.#begin().addTrailers({
      [ERROR_TYPE]: encodeURIComponent(error.errorType),
      [ERROR_BODY]: Buffer.from(JSON.stringify(error)).toString("base64"),
    });
    await this.#end();
    this.on("error", () => {});
    this.destroy();
  }

  #begin() {
    if (this.#request !== undefined) return this.#request;
    ({ request: this.#request, accepted: this.#accepted } = this.#open({
      "content-type": this.#contentType,
      "lambda-runtime-function-response-mode": "streaming",
      "transfer-encoding": "chunked",
      trailer: [ERROR_TYPE, ERROR_BODY],
    }));
    // Whoever waits for the end hears of it.
    this.#accepted.catch(() => {});
    return this.#request;
  }

  async #end() {
    this.#begin().end();
    await this.#accepted;
  }
}

/**
 * Runs a handler that streams, until it has returned and its stream is finished. `open` begins the request that carries the answer.
 * What the handler throws, or its stream, ends the answer with an error.
 */
export async function streamAnswer({ handler, event, context, open, report }) {
  const stream = new ResponseStream(open, handler[HIGH_WATER_MARK]);
  const finished = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
  finished.catch(() => {});
  try {
    const returned = handler(event, stream, context);
    if (typeof returned?.then !== "function") throw new Error("Streaming does not support non-async handlers.");
    if ((await returned) !== undefined) logWarning("Streaming handlers ignore return values.");
    await finished;
  } catch (error) {
    await stream.fail(report(error));
  }
}
