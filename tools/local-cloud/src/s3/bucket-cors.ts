import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Handler } from "../endpoint/front-server.ts";
import { signedService } from "../endpoint/route.ts";
import { isForeignPage, isOwnHost } from "../endpoint/same-origin.ts";
import { isPreflight } from "../event-sources/http/cors.ts";
import type { BucketCorsRule, BucketDefinition } from "../graph/graph.ts";
import { S3Error, sendS3Error } from "./s3-error.ts";

type Buckets = readonly Pick<BucketDefinition, "name" | "cors">[];

/** A page that this machine serves, such as that of a development server. */
const OWN_PAGE = /^https?:\/\/(?:(?:[\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * Which requests the endpoint admits: its own (`isOwnRequest`), and those to a bucket by pages that this machine serves and the bucket's
 * CORS rules allow. Not by pages from elsewhere, whatever the rules say: SST's allow every origin unless told otherwise, AWS asks
 * for a signature beside, and here signatures are not verified.
 */
export function admitsBucketPages(buckets: Buckets) {
  return (headers: IncomingHttpHeaders, port: number, url: string, method: string): boolean => {
    if (!isOwnHost(headers, port)) return false;
    if (!isForeignPage(headers, port)) return true;
    const { origin } = headers;
    const isOfS3 = (signedService(url, headers) ?? "s3") === "s3" && headers["x-amz-target"] === undefined;
    if (origin === undefined || !OWN_PAGE.test(origin) || !isOfS3) return false;
    const rules = rulesOf(buckets, url);
    // A preflight is answered whatever it asks for, with a refusal if need be.
    return rules !== undefined && (isPreflight(method, headers) || ruleFor(rules, origin, method) !== undefined);
  };
}

/**
 * Answers the preflights of pages, and lets them read the answers, as a bucket's CORS rules say (S3: "Using cross-origin resource
 * sharing", "How Amazon S3 evaluates the CORS configuration": the first rule whose origin, method and headers all fit).
 */
export function withBucketCors(buckets: Buckets, next: Handler): Handler {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url = "/", headers } = request;
    const { origin } = headers;
    const rules = rulesOf(buckets, url);
    if (origin === undefined || rules === undefined) return next(request, response);
    if (!isPreflight(method, headers)) {
      const rule = ruleFor(rules, origin, method);
      if (rule !== undefined) allow(response, rule, origin);
      return next(request, response);
    }
    const wanted = String(headers["access-control-request-method"]);
    const asked = (headers["access-control-request-headers"] ?? "").split(",").map((each) => each.trim());
    const names = asked.filter((each) => each !== "");
    const rule = ruleFor(rules, origin, wanted, names);
    if (rule === undefined) {
      const why = "CORSResponse: This CORS request is not allowed.";
      return sendS3Error(response, new S3Error(403, "AccessForbidden", why));
    }
    allow(response, rule, origin);
    response.setHeader("access-control-allow-methods", rule.methods.join(", "));
    if (names.length > 0) response.setHeader("access-control-allow-headers", names.join(", ").toLowerCase());
    if (rule.maxAgeSeconds !== undefined) response.setHeader("access-control-max-age", rule.maxAgeSeconds);
    response.writeHead(200, { "content-length": 0 }).end();
  };
}

function rulesOf(buckets: Buckets, url: string): readonly BucketCorsRule[] | undefined {
  const bucket = /^\/([^/?]+)/.exec(url)?.[1];
  return buckets.find(({ name }) => name === bucket)?.cors;
}

function ruleFor(
  rules: readonly BucketCorsRule[],
  origin: string,
  method: string,
  headers: readonly string[] = [],
): BucketCorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.origins.some((allowed) => fits(allowed, origin)) &&
      rule.methods.includes(method) &&
      headers.every((name) => rule.headers.some((allowed) => fits(allowed.toLowerCase(), name.toLowerCase()))),
  );
}

/** At most one `*`, anywhere. */
function fits(pattern: string, text: string): boolean {
  const [start = "", end] = pattern.split("*");
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

function allow(response: ServerResponse, { origins, exposed }: BucketCorsRule, origin: string): void {
  const isForAll = origins.includes("*");
  response.setHeader("access-control-allow-origin", isForAll ? "*" : origin);
  if (!isForAll) response.setHeader("access-control-allow-credentials", "true");
  if (exposed.length > 0) response.setHeader("access-control-expose-headers", exposed.join(", "));
  response.setHeader("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}
