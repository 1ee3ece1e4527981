import { validateHeaderName, validateHeaderValue, type ServerResponse } from "node:http";
import * as v from "valibot";

/** An answer to a client. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const headerValue = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));
const status = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.digits())]),
  v.transform(Number),
  v.integer(),
  v.minValue(200),
  v.maxValue(599),
);
const headSchema = v.object({
  statusCode: v.optional(status, 200),
  headers: v.nullish(v.record(v.string(), headerValue)),
  cookies: v.nullish(v.array(v.string())),
});
const responseSchema = v.object({
  ...headSchema.entries,
  statusCode: status,
  body: v.nullish(v.string()),
  isBase64Encoded: v.nullish(v.boolean()),
});

/** Headers that the connection decides. */
const OF_CONNECTION = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * What a function's result means as an answer: one with a `statusCode` is taken as it says; anything else is the body of a 200, a text
 * as it is, the rest as JSON. Nothing where the result has a form that is not allowed: a status out of 200–599, a body that is
 * no text, headers that HTTP does not have.
 *
 * @param payload the result, JSON text
 * @param defaultType the content type of a result with a `statusCode` that names none
 */
export function readAnswer(payload: string, defaultType: string): HttpAnswer | undefined {
  const result = jsonOf(payload);
  if (result === undefined) return undefined;
  if (typeof result !== "object" || result === null || !("statusCode" in result)) {
    const text = typeof result === "string" ? result : JSON.stringify(result);
    return { status: 200, headers: [["content-type", "application/json"]], body: Buffer.from(text) };
  }
  const response = v.safeParse(responseSchema, result);
  if (!response.success) return undefined;
  const { body, isBase64Encoded, ...head } = response.output;
  const headers = headersOf(head, defaultType);
  if (headers === undefined) return undefined;
  return {
    status: head.statusCode,
    headers,
    body: Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8"),
  };
}

/** The status and headers with which a streamed answer begins, JSON text. */
export function readPrelude(prelude: string): Omit<HttpAnswer, "body"> | undefined {
  const head = v.safeParse(headSchema, jsonOf(prelude));
  if (!head.success) return undefined;
  const headers = headersOf(head.output, "application/octet-stream");
  return headers && { status: head.output.statusCode, headers };
}

function headersOf(
  { headers, cookies }: Pick<v.InferOutput<typeof headSchema>, "headers" | "cookies">,
  defaultType: string,
): HttpAnswer["headers"] | undefined {
  const given = Object.entries(headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !OF_CONNECTION.has(name));
  const all = [
    ...(given.some(([name]) => name === "content-type") ? [] : [["content-type", defaultType] as const]),
    ...given,
    ...(cookies ?? []).map((cookie) => ["set-cookie", cookie] as const),
  ];
  try {
    for (const [name, value] of all) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  } catch {
    return undefined;
  }
  return all;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes status and headers; a name that comes more than once is sent more than once. */
export function writeHead(response: ServerResponse, { status: code, headers }: Omit<HttpAnswer, "body">): void {
  response.writeHead(code, headers.flat());
}

/** Sends a whole answer. */
export function sendHttpAnswer(response: ServerResponse, { status: code, headers, body }: HttpAnswer): void {
  const bodiless = code === 204 || code === 304;
  const length = bodiless ? [] : [["content-length", String(body.length)] as const];
  writeHead(response, { status: code, headers: [...headers, ...length] });
  response.end(bodiless ? undefined : body);
}

/** An answer of the service itself, as JSON. */
export function jsonAnswer(code: number, body: object): HttpAnswer {
  return {
    status: code,
    headers: [["content-type", "application/json"]],
    body: Buffer.from(JSON.stringify(body)),
  };
}
