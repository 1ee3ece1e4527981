import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { AnswerSink } from "../../lambda/invocation.ts";
import { readAnswer, readPrelude, writeHead, type HttpAnswer } from "../http/http-answer.ts";

/** The content type of an answer that begins with its status and headers as JSON, then eight NUL bytes. */
const INTEGRATION_RESPONSE = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END = Buffer.alloc(8);
/** Far more than the headers that HTTP servers take. */
const MAX_PRELUDE_BYTES = 1024 * 1024;

/** An answer on its way to a client, as it comes from the runtime. */
export interface StreamedAnswer extends AnswerSink {
  readonly begun: boolean;
  /** Ends it; false where what came was no proper answer, and nothing of it was sent. */
  end(): boolean;
}

/**
 * Passes a streamed answer on to a client, its status and headers as soon as they are known. A client that has gone is sent no more,
 * and the handler goes on.
 */
export function createStreamedAnswer(response: ServerResponse, added: HttpAnswer["headers"]): StreamedAnswer {
  let contentType: string | undefined;
  /** What came before status and headers were complete. */
  let prelude: Buffer | undefined = Buffer.alloc(0);
  let improper = false;

  function head({ status, headers }: Omit<HttpAnswer, "body">): void {
    prelude = undefined;
    writeHead(response, { status, headers: [...headers, ...added] });
  }

  /** What of a chunk belongs to the body. */
  function bodyOf(chunk: Buffer): Buffer {
    if (prelude === undefined) return chunk;
    if (contentType !== INTEGRATION_RESPONSE) {
      head({ status: 200, headers: [["content-type", contentType ?? "application/octet-stream"]] });
      return chunk;
    }
    const begun = Buffer.concat([prelude, chunk]);
    const at = begun.indexOf(PRELUDE_END);
    prelude = begun;
    improper = at < 0 && begun.length > MAX_PRELUDE_BYTES;
    if (at < 0) return Buffer.alloc(0);
    const read = readPrelude(begun.subarray(0, at).toString("utf8"));
    improper = read === undefined;
    if (read !== undefined) head(read);
    return begun.subarray(at + PRELUDE_END.length);
  }

  return {
    get begun() {
      return contentType !== undefined;
    },
    begin(type) {
      contentType = type;
    },
    async write(chunk) {
      if (improper || response.destroyed) return;
      const body = bodyOf(chunk);
      if (improper || body.length === 0 || response.write(body)) return;
      const gone = new AbortController();
      const closed = once(response, "close", { signal: gone.signal });
      const drained = once(response, "drain", { signal: gone.signal });
      await Promise.race([closed, drained]).catch(() => {});
      gone.abort();
      await Promise.allSettled([closed, drained]);
    },
    end() {
      if (!improper && prelude !== undefined) {
        improper = contentType === INTEGRATION_RESPONSE;
        if (!improper) bodyOf(Buffer.alloc(0));
      }
      if (!improper) response.end();
      return !improper;
    },
  };
}

/** What a streamed answer means where it is not passed on before its end. */
export function unwrapStreamed(contentType: string, body: Buffer): HttpAnswer | undefined {
  if (contentType !== INTEGRATION_RESPONSE)
    return (
      readAnswer(body.toString("utf8"), contentType) ?? { status: 200, headers: [["content-type", contentType]], body }
    );
  const at = body.indexOf(PRELUDE_END);
  const head = at < 0 ? undefined : readPrelude(body.subarray(0, at).toString("utf8"));
  return head && { ...head, body: body.subarray(at + PRELUDE_END.length) };
}
