import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { escapeXml } from "../endpoint/escape-xml.ts";

const NAMESPACE = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';

/** A failure that SNS answers with a code (AWS: "Common errors" of the SNS API). */
export class SnsError extends Error {
  readonly status: number;
  /** Such as `InvalidParameter`. */
  readonly code: string;
  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SnsError";
    this.status = status;
    this.code = code;
  }
}

/** `what` follows SNS's words "Invalid parameter: ". */
export const invalidParameter = (what: string): SnsError =>
  new SnsError(400, "InvalidParameter", `Invalid parameter: ${what}`);

export const topicNotFound = (): SnsError => new SnsError(404, "NotFound", "Topic does not exist");

/** The local cloud does not have what is asked for; `what` is an action, a parameter or a value by its name. */
export const notImplemented = (what: string): SnsError =>
  new SnsError(501, "NotImplemented", `${what} is not implemented by the local cloud`);

/** Sends the result of an action, XML inside its element. */
export function sendResult(response: ServerResponse, action: string, result: string): void {
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  const body = `<${action}Result>${result}</${action}Result>${metadata}`;
  sendDocument(response, 200, `<${action}Response ${NAMESPACE}>${body}</${action}Response>`);
}

export function sendSnsError(response: ServerResponse, { status, code, message }: SnsError): void {
  const type = status >= 500 && status !== 501 ? "Receiver" : "Sender";
  const error = `<Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  const document = `<ErrorResponse ${NAMESPACE}><Error>${error}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
  sendDocument(response, status, document);
}

function sendDocument(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { "content-type": "text/xml", "content-length": Buffer.byteLength(xml) });
  response.end(xml);
}
