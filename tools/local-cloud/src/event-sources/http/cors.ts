import type { IncomingHttpHeaders } from "node:http";
import type { CorsDefinition } from "../../graph/graph.ts";

type Headers = readonly (readonly [name: string, value: string])[];

/** Whether a browser asks by this request what it may send: such a one never reaches a function where CORS is configured. */
export function isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
}

/** Whether pages of an origin may ask: it is listed, or covered by `*`, `https://*` or `http://*`. */
export function allowsOrigin({ allowOrigins }: CorsDefinition, origin: string): boolean {
  return allowOrigins.some(
    (allowed) => allowed === origin || (allowed.endsWith("*") && origin.startsWith(allowed.slice(0, -1))),
  );
}

/**
 * The headers that let a page of an allowed origin read an answer; none for other requests.
 * @param echo names the origin even where every one is allowed, as function URLs do
 */
export function corsHeaders(cors: CorsDefinition, origin: string | undefined, echo: boolean): Headers {
  if (origin === undefined || !allowsOrigin(cors, origin)) return [];
  const named = echo || cors.allowCredentials || !cors.allowOrigins.includes("*");
  return [
    ["access-control-allow-origin", named ? origin : "*"],
    ...(named ? [["vary", "Origin"] as const] : []),
    ...(cors.allowCredentials ? [["access-control-allow-credentials", "true"] as const] : []),
    ...(cors.exposeHeaders.length > 0
      ? [["access-control-expose-headers", cors.exposeHeaders.join(",")] as const]
      : []),
  ];
}

/** The headers of the answer to a preflight. */
export function preflightHeaders(cors: CorsDefinition, headers: IncomingHttpHeaders, echo: boolean): Headers {
  const { origin } = headers;
  const allowed = corsHeaders({ ...cors, exposeHeaders: [] }, origin, echo);
  if (allowed.length === 0) return [];
  // To a browser that sends credentials, an asterisk is the name of a method or header.
  const list = (values: readonly string[], asked: string | undefined) =>
    cors.allowCredentials && values.includes("*") ? (asked ?? "") : values.join(",");
  const methods = list(cors.allowMethods, headers["access-control-request-method"]);
  const requested = headers["access-control-request-headers"];
  const names = list(cors.allowHeaders, typeof requested === "string" ? requested : undefined);
  return [
    ...allowed,
    ...(methods === "" ? [] : [["access-control-allow-methods", methods] as const]),
    ...(names === "" ? [] : [["access-control-allow-headers", names] as const]),
    ...(cors.maxAgeSeconds === undefined ? [] : [["access-control-max-age", String(cors.maxAgeSeconds)] as const]),
  ];
}
