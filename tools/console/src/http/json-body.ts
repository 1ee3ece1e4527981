import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import { RequestError } from "./request-error.ts";

/** Above Lambda's 6 MB for an event, which may take more as a text in JSON. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Reads a request's body.
 * @throws RequestError it is no JSON, larger than 16 MB, or not what the schema says
 */
export async function readJson<Schema extends v.GenericSchema>(
  request: IncomingMessage,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece: Buffer = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) throw new RequestError(413, `A request has at most ${MAX_BODY_BYTES} bytes.`);
    chunks.push(piece);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new RequestError(400, `The request is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new RequestError(400, `${v.getDotPath(issue) ?? "the request"}: ${issue.message}`);
}
