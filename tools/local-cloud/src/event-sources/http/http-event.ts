import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A request as its event tells it. */
export interface WebRequest {
  readonly message: IncomingMessage;
  readonly body: Buffer;
  /** As the event has it, with or without percent-encoding. */
  readonly path: string;
  /** Percent-encoded, without its question mark. */
  readonly query: string;
}

/** What the service around it adds to the event. */
export interface WebContext {
  /** `anonymous` at a function URL, the owner's at an API. */
  readonly accountId: string;
  readonly apiId: string;
  readonly requestId: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
}

/**
 * The event of a function URL or an HTTP API, in payload format 2.0, as JSON text. What a request does not have is left out, as in
 * recorded events; cookies stand in their own field alone. (AWS pages: "Invoking Lambda function URLs"; "Create AWS Lambda proxy
 * integrations for HTTP APIs in API Gateway".)
 */
export function httpEvent({ message, body, path, query }: WebRequest, context: WebContext): string {
  const { cookies, headers } = headersOf(message);
  const { accountId, apiId, requestId, routeKey, stage, stageVariables, pathParameters } = context;
  const host = headers["host"] ?? "";
  const now = new Date();
  const text = textOf(body, headers["content-type"]);
  const parameters = queryParameters(query);
  const event = {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: withForwarding(headers, message),
    ...(parameters !== undefined && { queryStringParameters: parameters }),
    requestContext: {
      accountId,
      apiId,
      domainName: host,
      domainPrefix: host.split(/[.:]/)[0] ?? "",
      http: {
        method: message.method ?? "GET",
        path,
        protocol: `HTTP/${message.httpVersion}`,
        sourceIp: sourceOf(message),
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage,
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(hasEntries(pathParameters) && { pathParameters }),
    ...(hasEntries(stageVariables) && { stageVariables }),
    ...(body.length > 0 && { body: text ?? body.toString("base64") }),
    isBase64Encoded: body.length > 0 && text === undefined,
  };
  return JSON.stringify(event);
}

function hasEntries(record: object | undefined): boolean {
  return record !== undefined && Object.keys(record).length > 0;
}

/** Names in lower case, values of one name joined with commas; cookies apart. */
function headersOf({ rawHeaders }: IncomingMessage): { cookies: string[]; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    if (name === "cookie") cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ""));
    else headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { cookies, headers };
}

function withForwarding(headers: Readonly<Record<string, string>>, message: IncomingMessage): Record<string, string> {
  const traceId = `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${randomBytes(12).toString("hex")}`;
  const seen = headers["x-forwarded-for"];
  return {
    "x-amzn-trace-id": traceId,
    ...headers,
    "x-forwarded-for": seen === undefined ? sourceOf(message) : `${seen}, ${sourceOf(message)}`,
    "x-forwarded-port": String(message.socket.localPort ?? ""),
    "x-forwarded-proto": "http",
  };
}

const sourceOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? "127.0.0.1";

function queryParameters(query: string): Record<string, string> | undefined {
  if (query === "") return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`;
  return parameters;
}

const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|javascript)\b|[^;]+\+(?:json|xml)\b)/i;

/** A body that is passed on as text: of a type that is text, in UTF-8. Forms are not, as recorded. */
function textOf(body: Buffer, contentType: string | undefined): string | undefined {
  if (contentType === undefined || !TEXT_TYPE.test(contentType)) return undefined;
  const text = body.toString("utf8");
  return Buffer.from(text).equals(body) ? text : undefined;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}`;
  return `${day}:${[time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two).join(":")} +0000`;
}
