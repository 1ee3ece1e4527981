import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { isOwnRequest } from "./same-origin.ts";

/** Answers one request; what it throws is answered with status 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** A listener on 127.0.0.1: the endpoint of all services, or the address of a function URL or an HTTP API. */
export interface FrontServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Requests are answered from now on; those that came before have waited. */
  serve(handler: Handler): void;
  /** Closes the listener and every connection. */
  stop(): Promise<void>;
}

/** Somebody else listens on the port. */
export class PortTaken extends Error {
  readonly code = "PORT_TAKEN";
  readonly port: number;
  constructor(port: number, options?: ErrorOptions) {
    super(
      `Port ${port} is taken, perhaps by another local cloud; stop it or choose another port with --port (0 for a free one).`,
      options,
    );
    this.name = "PortTaken";
    this.port = port;
  }
}

/** SDKs keep connections for later calls, and one that closes just then makes a call fail. */
const KEEP_ALIVE_MS = 600_000;

/**
 * Listens on 127.0.0.1 alone; port 0 takes a free one. Requests that are not admitted, by default those of foreign web pages, are
 * refused with status 403.
 * @throws PortTaken
 */
export async function startFrontServer(
  wantedPort: number,
  admits: (headers: IncomingHttpHeaders, port: number, url: string, method: string) => boolean = isOwnRequest,
): Promise<FrontServer> {
  const { promise: handler, resolve: serve } = Promise.withResolvers<Handler>();
  let port = wantedPort;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    if (admits(request.headers, port, request.url ?? "/", request.method ?? "GET"))
      void answer(handler, request, response);
    else
      answerJson(response, 403, {
        message: `Only requests to http://127.0.0.1:${port} from this machine are answered.`,
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(cause.code === "EADDRINUSE" ? new PortTaken(wantedPort, { cause }) : cause),
    );
    server.listen(wantedPort, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address !== null && typeof address === "object") port = address.port;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    serve,
    async stop() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(handler: Promise<Handler>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await (
      await handler
    )(request, response);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (response.headersSent) response.destroy();
    else answerJson(response, 500, { __type: "InternalServerError", message });
  }
}

/** Sends a JSON answer; the rest of the request is not read. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
