import type { IncomingMessage } from "node:http";
import type { AnswerSink } from "../invocation.ts";

/**
 * Passes what a runtime streams on to a sink, as fast as that takes it. Resolves, once the runtime has ended the stream, with the error
 * body that its trailers carry, or of an answer over the limit, whose rest is dropped; with nothing where it went well.
 *
 * @throws where the connection ends within the answer: the environment is gone
 */
export async function receiveStream(
  request: IncomingMessage,
  sink: AnswerSink,
  limitBytes: number,
): Promise<string | undefined> {
  sink.begin(request.headers["content-type"] ?? "application/octet-stream");
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= limitBytes) await sink.write(chunk);
  }
  const { "lambda-runtime-function-error-type": errorType, "lambda-runtime-function-error-body": body } =
    request.trailers;
  if (errorType !== undefined) {
    const text = Buffer.from(body ?? "", "base64").toString("utf8");
    return text === "" ? JSON.stringify({ errorType, errorMessage: "" }) : text;
  }
  if (size <= limitBytes) return undefined;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`;
  return JSON.stringify({ errorType: "Function.ResponseSizeTooLarge", errorMessage });
}

/** A sink that keeps an answer, as far as a limit. */
export interface CollectedAnswer extends AnswerSink {
  /** Absent as long as nothing is streamed. */
  readonly contentType: string | undefined;
  readonly exceeded: boolean;
  body(): Buffer;
}

/** Keeps nothing yet. */
export function collectAnswer(limitBytes: number): CollectedAnswer {
  const chunks: Buffer[] = [];
  let size = 0;
  let type: string | undefined;
  return {
    get contentType() {
      return type;
    },
    get exceeded() {
      return size > limitBytes;
    },
    begin(contentType) {
      type = contentType;
    },
    async write(chunk) {
      size += chunk.length;
      if (size > limitBytes) chunks.length = 0;
      else chunks.push(chunk);
    },
    body: () => Buffer.concat(chunks),
  };
}
