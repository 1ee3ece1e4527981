import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError, toApiError } from "./api-error.ts";

/** Answers as Lambda's API does, with a request id unless `headers` name one; 204 has no body. */
export function sendAnswer(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    ...headers,
    ...(status === 204 ? {} : { "content-length": String(Buffer.byteLength(body)) }),
  });
  response.end(status === 204 ? undefined : body);
}

/** A handler of requests whose exceptions are answered with the status, type and body that AWS gives them. */
export function answerErrors(
  route: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      await route(request, response);
    } catch (error) {
      const { status, type, fields } = toApiError(error);
      if (!response.headersSent) sendAnswer(response, status, JSON.stringify(fields), { "x-amzn-errortype": type });
      request.resume();
    }
  };
}

/** One page of a list: `MaxItems` and `Marker` of the query, `NextMarker` of the answer. */
export function pageOf<Item>(
  items: readonly Item[],
  query: URLSearchParams,
): { readonly page: readonly Item[]; readonly NextMarker?: string } {
  const from = wholeNumber(query, "Marker", 0);
  const to = from + Math.max(1, wholeNumber(query, "MaxItems", items.length));
  return { page: items.slice(from, to), ...(to < items.length && { NextMarker: String(to) }) };
}

function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null || text === "") return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const message = `Value '${text}' at '${name}' failed to satisfy constraint`;
  throw new ApiError(400, "InvalidParameterValueException", { Type: "User", message });
}
