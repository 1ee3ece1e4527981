import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { escapeXml } from "./escape-xml.ts";
import { readBody } from "./read-body.ts";
import { signedService } from "./route.ts";

const CODE = "UnknownService";

/** Services whose API is REST with XML, by the name that their requests are signed for. */
const REST_XML = new Set(["cloudfront", "route53", "s3-control", "s3-outposts"]);

/** Far more than the names of the largest action. */
const MAX_ACTION_BYTES = 64 * 1024;

/**
 * Refuses a request to a service that the local cloud does not have, by the service's name and the action's, in the protocol that the
 * client speaks: a form or REST with XML is answered in XML, CBOR in CBOR, everything else in JSON. (AWS: the protocols of the
 * services' Smithy models.)
 */
export async function refuseService(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.headers["x-amz-target"];
  const [targeted, targetedAction] = typeof target === "string" ? target.split(".") : [];
  const service = signedService(request.url ?? "/", request.headers) ?? targeted ?? "such service";
  const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const action = targetedAction ?? (isForm ? await formAction(request) : undefined);
  const asked = action === undefined ? `no ${service}` : `no ${service} (${action})`;
  const message = `The local cloud has S3, SQS, SNS, EventBridge, EventBridge Scheduler, STS, DynamoDB, Lambda and the reading part of CloudWatch Logs, ${asked}.`;
  const requestId = randomUUID();
  if (isForm || REST_XML.has(service))
    return send(response, "text/xml", requestId, Buffer.from(errorXml(service, message, requestId)));
  if (request.headers["smithy-protocol"] === "rpc-v2-cbor") {
    response.setHeader("smithy-protocol", "rpc-v2-cbor");
    return send(response, "application/cbor", requestId, cborMap({ __type: CODE, message }));
  }
  response.setHeader("x-amzn-errortype", CODE);
  return send(
    response,
    "application/x-amz-json-1.0",
    requestId,
    Buffer.from(JSON.stringify({ __type: CODE, message })),
  );
}

async function formAction(request: IncomingMessage): Promise<string | undefined> {
  const body = await readBody(request, MAX_ACTION_BYTES);
  return new URLSearchParams(body?.toString("utf8") ?? "").get("Action") ?? undefined;
}

/** EC2 has a frame of its own (AWS: "Amazon EC2 query protocol"). */
function errorXml(service: string, message: string, requestId: string): string {
  const error = `<Code>${CODE}</Code><Message>${escapeXml(message)}</Message>`;
  const body =
    service === "ec2"
      ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`
      : `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/** A map of up to 23 short texts in CBOR (RFC 8949). */
function cborMap(entries: Readonly<Record<string, string>>): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    // A text whose length stands in the two bytes after its head.
    return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes]);
  };
  const all = Object.entries(entries);
  return Buffer.concat([Buffer.from([0xa0 + all.length]), ...all.flat().map(text)]);
}

function send(response: ServerResponse, type: string, requestId: string, body: Buffer): void {
  response.writeHead(400, { "content-type": type, "content-length": body.length, "x-amzn-requestid": requestId });
  response.end(body);
}
