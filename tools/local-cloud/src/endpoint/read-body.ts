import type { IncomingMessage } from "node:http";

/** The declared length of a body in bytes; 0 where it is sent without one. */
export function declaredLength(message: IncomingMessage): number {
  return Number(message.headers["content-length"] ?? 0);
}

/**
 * Reads a whole body, or returns nothing as soon as it proves larger than the limit, where that is declared before a byte was
 * read. The rest then flows past unread, so that a client that reads no answer before it has sent everything gets one.
 *
 * @throws where the connection ends within the body
 */
export function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  // Node's own events, since its pipelines cost more than a small request.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = () => {
      chunks.length = 0;
      message.off("data", take);
      message.resume();
      resolve(undefined);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) refuse();
      else chunks.push(chunk);
    };
    if (declaredLength(message) > limitBytes) return refuse();
    message.on("data", take);
    message.once("end", () => resolve(Buffer.concat(chunks)));
    message.once("error", reject);
    message.once("close", () => reject(new Error("The connection was closed within a body.")));
  });
}
