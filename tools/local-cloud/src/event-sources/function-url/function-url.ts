import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import type { Handler } from "../../endpoint/front-server.ts";
import { readBody } from "../../endpoint/read-body.ts";
import type { FunctionUrlDefinition } from "../../graph/graph.ts";
import { toApiError } from "../../lambda/api/api-error.ts";
import { collectAnswer } from "../../lambda/environment/receive-stream.ts";
import type { InvocationResult } from "../../lambda/invocation.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import { corsHeaders, isPreflight, preflightHeaders } from "../http/cors.ts";
import { jsonAnswer, readAnswer, sendHttpAnswer, type HttpAnswer } from "../http/http-answer.ts";
import { httpEvent } from "../http/http-event.ts";
import type { WebCounters } from "../http/web-status.ts";
import { createStreamedAnswer, unwrapStreamed } from "./streamed-answer.ts";

/** What a function URL calls an answer whose function names no type (recorded). */
const DEFAULT_TYPE = "application/json";

/** A function that failed, or gave no proper answer (recorded). */
const BAD_GATEWAY: HttpAnswer = {
  status: 502,
  headers: [["content-type", "application/json"]],
  body: Buffer.from("Internal Server Error"),
};
const BAD_REQUEST = jsonAnswer(400, { Message: "Bad Request" });
const TOO_LARGE = jsonAnswer(413, {
  Message: `Request must be smaller than ${BODY_LIMITS.invocation} bytes for the InvokeFunction operation`,
});

/** The URL of a function, on its own port. */
export function createFunctionUrl(options: {
  readonly definition: FunctionUrlDefinition;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly counters: WebCounters;
}): Handler {
  const { definition, lambda, counters } = options;
  const source = { kind: "function-url", name: definition.component, records: 1 } as const;
  const { cors, functionName, streamed } = definition;

  /** Lambda sends the headers of its CORS settings beside those of the function, both where they conflict. */
  const addedHeaders = (request: IncomingMessage, requestId: string): HttpAnswer["headers"] => [
    ...(cors === undefined ? [] : corsHeaders(cors, request.headers.origin, true)),
    ["x-amzn-requestid", requestId],
  ];

  async function eventOf(message: IncomingMessage, requestId: string): Promise<string | undefined> {
    const [path = "/", ...rest] = (message.url ?? "/").split("?");
    const body = await readBody(message, BODY_LIMITS.invocation);
    if (body === undefined) return undefined;
    const event = httpEvent(
      { message, body, path, query: rest.join("?") },
      { accountId: "anonymous", apiId: definition.id, requestId, routeKey: "$default", stage: "$default" },
    );
    return Buffer.byteLength(event) > BODY_LIMITS.invocation ? undefined : event;
  }

  function failed(): HttpAnswer {
    counters.failures += 1;
    return BAD_GATEWAY;
  }

  async function buffered(event: string, requestId: string): Promise<HttpAnswer> {
    const sink = collectAnswer(BODY_LIMITS.runtimeAnswer);
    const result = await lambda.invoke(functionName, event, { requestId, sink, source });
    if (result.functionError !== undefined || sink.exceeded) return failed();
    if (sink.contentType === undefined) return readAnswer(result.payload, DEFAULT_TYPE) ?? failed();
    return unwrapStreamed(sink.contentType, sink.body()) ?? failed();
  }

  async function stream(event: string, requestId: string, request: IncomingMessage, response: ServerResponse) {
    const answer = createStreamedAnswer(response, addedHeaders(request, requestId));
    const result = await lambda.invoke(functionName, event, { requestId, sink: answer, source });
    if (result.functionError === undefined && (await finish(answer, result))) return;
    failed();
    if (response.headersSent) response.destroy();
    else
      sendHttpAnswer(response, {
        ...BAD_GATEWAY,
        headers: [...BAD_GATEWAY.headers, ...addedHeaders(request, requestId)],
      });
  }

  /** A handler that does not stream has its result sent as it is: nobody looks into it for a status. */
  async function finish(answer: ReturnType<typeof createStreamedAnswer>, { payload }: InvocationResult) {
    if (!answer.begun) {
      answer.begin(DEFAULT_TYPE);
      await answer.write(Buffer.from(payload));
    }
    return answer.end();
  }

  return async (request, response) => {
    counters.requests += 1;
    if (cors !== undefined && isPreflight(request.method, request.headers))
      return sendHttpAnswer(response, {
        status: 200,
        headers: preflightHeaders(cors, request.headers, true),
        body: Buffer.alloc(0),
      });
    const requestId = randomUUID();
    const send = (answer: HttpAnswer) =>
      sendHttpAnswer(response, { ...answer, headers: [...answer.headers, ...addedHeaders(request, requestId)] });
    try {
      if (request.url?.startsWith("/") !== true) return send(BAD_REQUEST);
      const event = await eventOf(request, requestId);
      if (event === undefined) return send(TOO_LARGE);
      if (streamed) return await stream(event, requestId, request, response);
      return send(await buffered(event, requestId));
    } catch (error) {
      const { status, type, fields } = toApiError(error);
      const answer = jsonAnswer(status, fields);
      if (response.headersSent) response.destroy();
      else send({ ...answer, headers: [...answer.headers, ["x-amzn-errortype", type]] });
    }
  };
}
