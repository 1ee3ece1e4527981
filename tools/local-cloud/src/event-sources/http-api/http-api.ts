import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import type { Handler } from "../../endpoint/front-server.ts";
import { readBody } from "../../endpoint/read-body.ts";
import type { HttpApiDefinition, RouteDefinition, StageDefinition } from "../../graph/graph.ts";
import type { InvocationResult } from "../../lambda/invocation.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import { LOCAL_ACCOUNT } from "../../local-region.ts";
import { corsHeaders, isPreflight, preflightHeaders } from "../http/cors.ts";
import { jsonAnswer, readAnswer, sendHttpAnswer, type HttpAnswer } from "../http/http-answer.ts";
import { httpEvent } from "../http/http-event.ts";
import type { WebCounters } from "../http/web-status.ts";
import { createRouteTable } from "./route-table.ts";

const DEFAULT_STAGE = "$default";
/** What API Gateway calls an answer whose function names no type. */
const DEFAULT_TYPE = "text/plain;charset=UTF-8";

const NOT_FOUND = jsonAnswer(404, { message: "Not Found" });
const BAD_REQUEST = jsonAnswer(400, { message: "Bad Request" });
const TOO_LARGE = jsonAnswer(413, { message: "Request Entity Too Large" });
const SERVER_ERROR = jsonAnswer(500, { message: "Internal Server Error" });
const UNAVAILABLE = jsonAnswer(503, { message: "Service Unavailable" });

/** An HTTP API on its own port, with the payload format 2.0. */
export function createHttpApi(options: {
  readonly definition: HttpApiDefinition;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly counters: WebCounters;
}): Handler {
  const { definition, lambda, counters } = options;
  const source = { kind: "http-api", name: definition.component, records: 1 } as const;
  const { cors } = definition;
  const match = createRouteTable(definition.routes);

  /** API Gateway drops the CORS headers of a function where it has CORS settings of its own. */
  function send(request: IncomingMessage, response: ServerResponse, requestId: string, answer: HttpAnswer): void {
    const own =
      cors === undefined ? answer.headers : answer.headers.filter(([name]) => !name.startsWith("access-control-"));
    const added = cors === undefined ? [] : corsHeaders(cors, request.headers.origin, false);
    sendHttpAnswer(response, { ...answer, headers: [...own, ...added, ["apigw-requestid", requestId]] });
  }

  /** A stage of its own name goes before the default one; the others answer nothing outside their paths. */
  function stageOf(path: string): { stage: StageDefinition; path: string } | undefined {
    const [, first = ""] = path.split("/");
    const named = definition.stages.find(({ name }) => name === first && name !== DEFAULT_STAGE);
    if (named !== undefined) return { stage: named, path: path.slice(first.length + 1) || "/" };
    const stage = definition.stages.find(({ name }) => name === DEFAULT_STAGE);
    return stage && { stage, path };
  }

  async function answerTo(message: IncomingMessage, requestId: string): Promise<HttpAnswer> {
    const [path = "/", ...rest] = (message.url ?? "/").split("?");
    const decoded = decodedPath(path);
    if (decoded === undefined) return BAD_REQUEST;
    const found = stageOf(path);
    const matched = found && match(message.method ?? "GET", found.path);
    if (found === undefined || matched === undefined) return NOT_FOUND;
    const { routeKey, refused } = matched.route;
    if (refused !== undefined) return jsonAnswer(501, { message: `${routeKey} ${refused}` });
    const body = await readBody(message, BODY_LIMITS.httpApi);
    if (body === undefined) return TOO_LARGE;
    const { route, pathParameters } = matched;
    const event = httpEvent(
      { message, body, path: decoded, query: rest.join("?") },
      {
        accountId: LOCAL_ACCOUNT,
        apiId: definition.id,
        requestId,
        routeKey: route.routeKey,
        stage: found.stage.name,
        stageVariables: found.stage.variables,
        pathParameters,
      },
    );
    if (Buffer.byteLength(event) > BODY_LIMITS.invocation) return TOO_LARGE;
    const result = await inTime(lambda.invoke(route.functionName, event, { source }), route);
    if (result === undefined) {
      counters.failures += 1;
      return UNAVAILABLE;
    }
    const given = result.functionError === undefined ? readAnswer(result.payload, DEFAULT_TYPE) : undefined;
    if (given === undefined) counters.failures += 1;
    return given ?? SERVER_ERROR;
  }

  return async (request, response) => {
    counters.requests += 1;
    if (cors !== undefined && isPreflight(request.method, request.headers))
      return sendHttpAnswer(response, {
        status: 204,
        headers: preflightHeaders(cors, request.headers, false),
        body: Buffer.alloc(0),
      });
    const requestId = randomBytes(11).toString("base64");
    return send(request, response, requestId, await answerTo(request, requestId));
  };
}

/**
 * The path as the event has it: decoded, unlike a function URL's, and cut off at a question mark that was encoded, as recorded
 * by others.
 */
function decodedPath(path: string): string | undefined {
  try {
    return path.startsWith("/") ? decodeURIComponent(path).split("?")[0] : undefined;
  } catch {
    return undefined;
  }
}

/** The result; nothing where it takes too long, when the function goes on for nobody, and where it cannot be invoked. */
async function inTime(
  invocation: Promise<InvocationResult>,
  { timeoutMs }: RouteDefinition,
): Promise<InvocationResult | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  try {
    return await Promise.race([invocation.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
