import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Handler } from "./front-server.ts";
import { readBody } from "./read-body.ts";

/** A failure that a service of the protocol AWS JSON 1.1 answers with a code, status 400. */
export class JsonApiError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "JsonApiError";
    this.code = code;
  }
}

/**
 * Answers requests of the protocol AWS JSON 1.1 by actions, each of which gets the body as JSON and returns the answer. An action that is
 * not there is refused by name.
 */
export function createJsonApi(options: {
  /** Its name in messages. */
  readonly service: string;
  readonly actions: Readonly<Record<string, (body: unknown) => object>>;
  /** Of a request's body. */
  readonly limitBytes: number;
}): Handler {
  const { service, actions, limitBytes } = options;
  return async (request, response) => {
    try {
      const [, name = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (action === undefined)
        throw new JsonApiError(
          "UnknownOperationException",
          `The local cloud does not have ${name || "this operation"} of ${service}: it has ${Object.keys(actions).join(", ")}.`,
        );
      const body = await readBody(request, limitBytes);
      if (body === undefined) throw new JsonApiError("SerializationException", "The request is too large.");
      send(response, 200, action(jsonOf(body.toString("utf8"))));
    } catch (error) {
      if (!(error instanceof JsonApiError)) throw error;
      send(response, 400, { __type: error.code, message: error.message });
    }
  };
}

function jsonOf(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new JsonApiError("SerializationException", "The request is not JSON.");
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(text);
}
