import type { IncomingHttpHeaders } from "node:http";

/** Where a request goes. */
export type Route = "admin" | "lambda" | "dynamodb" | "sns" | "events" | "scheduler" | "logs" | "fauxqs" | "unknown";

/** The public Lambda API's paths begin with a date (Lambda API reference). */
const LAMBDA_PATH = /^\/20\d\d-\d\d-\d\d\//;
const ADMIN_PATH = "/_doorbell/";
const CREDENTIAL = /Credential=[^/,\s]+\/\d{8}\/[^/,\s]+\/([^/,\s]+)\/aws4_request/;

/** Services with a handler of their own. */
const OWN_SERVICES = ["lambda", "dynamodb", "sns", "events", "scheduler", "logs"] as const;

/** The services that fauxqs answers for. */
const FAUXQS_SERVICES = new Set(["s3", "sqs", "sts"]);

/**
 * Tells services apart as AWS's host names would: by the service in the signature's scope (header or presigned query), else by
 * `X-Amz-Target`, else by path for Lambda and by form for SNS; what carries none of these is S3. The local cloud's own API has a path of its own.
 */
export function routeOf(url: string, headers: IncomingHttpHeaders): Route {
  if (url.startsWith(ADMIN_PATH)) return "admin";
  const service = signedService(url, headers) ?? targetedService(headers) ?? unsignedService(url, headers);
  const own = OWN_SERVICES.find((each) => each === service);
  if (own !== undefined) return own;
  return FAUXQS_SERVICES.has(service) ? "fauxqs" : "unknown";
}

/** The service that the request is signed for; presigned URLs carry it in the query. */
export function signedService(url: string, headers: IncomingHttpHeaders): string | undefined {
  const signed = CREDENTIAL.exec(headers.authorization ?? "")?.[1];
  if (signed !== undefined || !url.includes("X-Amz-Credential=")) return signed;
  const credential = new URLSearchParams(url.slice(url.indexOf("?") + 1)).get("X-Amz-Credential");
  return credential?.split("/").at(-2);
}

/** Unsigned actions of the query protocol are SNS's: the address at which one unsubscribes is such a one. */
function unsignedService(url: string, headers: IncomingHttpHeaders): string {
  if (LAMBDA_PATH.test(url)) return "lambda";
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  return /^\/\?(.*&)?Action=/.test(url) || (isForm && url === "/") ? "sns" : "s3";
}

function targetedService(headers: IncomingHttpHeaders): string | undefined {
  const target = headers["x-amz-target"];
  if (typeof target !== "string") return undefined;
  if (target.startsWith("DynamoDB")) return "dynamodb";
  if (target.startsWith("Logs_")) return "logs";
  if (target.startsWith("AWSEvents.")) return "events";
  return target.startsWith("AmazonSQS.") ? "sqs" : "unknown";
}
