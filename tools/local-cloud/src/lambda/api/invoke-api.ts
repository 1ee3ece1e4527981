import type { IncomingMessage, ServerResponse } from "node:http";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import { declaredLength, readBody } from "../../endpoint/read-body.ts";
import type { FunctionDefinition } from "../../graph/graph.ts";
import { ApiError, notFound, unknownOperation } from "./api-error.ts";
import { answerErrors, pageOf, sendAnswer } from "./api-response.ts";
import {
  configurationOf,
  functionOf,
  invokeConfigOf,
  listedConfigurationOf,
  noInvokeConfig,
} from "./function-configuration.ts";
import { readFunctionReference } from "./function-reference.ts";
import type { InvocationResult } from "../invocation.ts";
import type { InvocationOptions } from "../function-runner.ts";

/** What the API is a face of. */
export interface InvokeTarget {
  readonly functions: readonly FunctionDefinition[];
  invoke(functionName: string, payload: string, options?: InvocationOptions): Promise<InvocationResult>;
  invokeAsync(functionName: string, payload: string): { readonly requestId: string };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The reference names this error RequestTooLargeException; the service has always answered with another name. */
function tooLarge(message: string): ApiError {
  return new ApiError(413, "RequestEntityTooLargeException", { Type: "User", Message: message });
}

async function readPayload(request: IncomingMessage, type: "RequestResponse" | "Event" | "DryRun"): Promise<string> {
  const limit = type === "Event" ? BODY_LIMITS.event : BODY_LIMITS.invocation;
  const body = await readBody(request, limit);
  if (body === undefined && type === "Event") {
    const bytes = Math.max(declaredLength(request), limit + 1);
    throw tooLarge(`${bytes} byte payload is too large for the Event invocation type (limit ${limit} bytes)`);
  }
  if (body === undefined)
    throw tooLarge(`Request must be smaller than ${limit} bytes for the InvokeFunction operation`);
  const payload = body.toString("utf8");
  if (payload.trim() === "") return "{}";
  try {
    JSON.parse(payload);
  } catch (error) {
    const message = `Could not parse request body into json: Could not parse payload into json: ${String(error)}`;
    throw new ApiError(400, "InvalidRequestContentException", { Type: "User", message });
  }
  return payload;
}

function clientContextOf(request: IncomingMessage): string | undefined {
  const encoded = header(request, "x-amz-client-context");
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  try {
    // Written anew, so that it fits into one header line.
    return JSON.stringify(JSON.parse(text)).replaceAll(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  } catch {
    throw new ApiError(400, "InvalidRequestContentException", {
      Type: "User",
      message: "Client context must be valid JSON",
    });
  }
}

/**
 * Answers requests to Lambda's API for invoking and looking at functions (AWS API reference: Invoke, ListFunctions, GetFunction,
 * GetFunctionConfiguration, GetFunctionConcurrency, GetFunctionEventInvokeConfig).
 */
export function createInvokeApi(
  target: InvokeTarget,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const arnBase = (target.functions[0]?.arn ?? "arn:aws:lambda:eu-central-2:000000000000:function:x").replace(
    /[^:]+$/,
    "",
  );

  const [, , , region = ""] = arnBase.split(":");

  /** What is not found is called by its ARN, with the version that was asked for: no other, or `unqualified`. */
  function find(
    named: string,
    qualifier: string | undefined,
    { unqualified, missing = notFound }: { unqualified?: string; missing?: (arn: string) => ApiError } = {},
  ): FunctionDefinition {
    const reference = readFunctionReference(named, region);
    if (qualifier !== undefined && reference.version !== undefined && qualifier !== reference.version) {
      const message = "The derived qualifier from the function name does not match the specified qualifier.";
      throw new ApiError(400, "InvalidParameterValueException", { Type: "User", message });
    }
    const version = reference.version ?? qualifier ?? unqualified;
    const found = target.functions.find(({ name }) => name === reference.name);
    if (found === undefined || (version !== undefined && version !== "$LATEST"))
      throw missing(`${arnBase}${reference.name}${version === undefined ? "" : `:${version}`}`);
    return found;
  }

  async function invoke(
    request: IncomingMessage,
    response: ServerResponse,
    definition: FunctionDefinition,
  ): Promise<void> {
    const type = header(request, "x-amz-invocation-type") ?? "RequestResponse";
    if (type === "Event") {
      const payload = await readPayload(request, type);
      const { requestId } = target.invokeAsync(definition.name, payload);
      return sendAnswer(response, 202, "", { "x-amzn-requestid": requestId });
    }
    if (type !== "RequestResponse" && type !== "DryRun") {
      const message = `Value '${type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`;
      throw new ApiError(400, "InvalidParameterValueException", { Type: "User", message });
    }
    const payload = await readPayload(request, type);
    if (type === "DryRun") return sendAnswer(response, 204, "");
    const result = await target.invoke(definition.name, payload, { clientContext: clientContextOf(request) });
    const headers = {
      "x-amzn-requestid": result.requestId,
      "x-amz-executed-version": "$LATEST",
      ...(result.functionError === undefined ? {} : { "x-amz-function-error": result.functionError }),
      ...(header(request, "x-amz-log-type") === "Tail"
        ? { "x-amz-log-result": Buffer.from(result.logTail).toString("base64") }
        : {}),
    };
    return sendAnswer(response, 200, result.payload, headers);
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const [, date, named, verb] =
      /^\/(20\d\d-\d\d-\d\d)\/functions(?:\/([^/]+)(?:\/([^/]+))?)?\/?$/.exec(url.pathname) ?? [];
    const operation = `${request.method} ${date} ${named === undefined ? "" : "function"}${verb === undefined ? "" : `/${verb}`}`;
    const asked = (whenMissing?: Parameters<typeof find>[2]) =>
      find(named ?? "", url.searchParams.get("Qualifier") ?? undefined, whenMissing);
    const answer = (body: object) => sendAnswer(response, 200, JSON.stringify(body));
    switch (operation) {
      case "GET 2015-03-31 ": {
        const { page, NextMarker } = pageOf(target.functions, url.searchParams);
        return answer({ Functions: page.map(listedConfigurationOf), ...(NextMarker !== undefined && { NextMarker }) });
      }
      case "GET 2015-03-31 function":
        return answer(functionOf(asked()));
      case "GET 2015-03-31 function/configuration":
        return answer(configurationOf(asked()));
      case "GET 2019-09-25 function/event-invoke-config":
        return answer(invokeConfigOf(asked({ unqualified: "$LATEST", missing: noInvokeConfig })));
      case "GET 2019-09-30 function/concurrency":
        return answer({ ReservedConcurrentExecutions: asked().reservedConcurrency });
      case "POST 2015-03-31 function/invocations":
        return invoke(request, response, asked({ unqualified: "$LATEST" }));
      default:
        throw unknownOperation();
    }
  }

  return answerErrors(route);
}
