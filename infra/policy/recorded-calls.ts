import { type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { ApiRequest } from "./iam-actions.ts";

/** An answer instead of AWS's. */
export interface GivenAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * What becomes of a call: an answer, another body that it is handed on with, or nothing, and it is handed on as it is. It may take its time, and for
 * ever, as a service that hangs.
 */
export type Interference = (
  call: ApiRequest,
) => Promise<GivenAnswer | string | undefined> | GivenAnswer | string | undefined;

/** As AWS refuses what a policy does not allow. */
export const accessDenied: GivenAnswer = {
  status: 400,
  body: { __type: "com.amazon.coral.service#AccessDeniedException", message: "refused by the test" },
};

/** An endpoint of its own for one function, so that every call that comes in is known to be that function's. */
export interface Recorder {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Every call since the start, those that were refused included. */
  readonly calls: readonly ApiRequest[];
  /** Where calls are handed on to. */
  forwardTo(endpoint: string): void;
  /** Refuses the next call to `target` (`X-Amz-Target`) as AWS refuses what a policy does not allow. */
  refuseNext(target: string): void;
  /** Has every call from now on meet what this says; none without it. */
  interfere(interference?: Interference): void;
  stop(): Promise<void>;
}

/** Starts an endpoint on a free port of 127.0.0.1 that writes down each call before it is handed on. */
export async function startRecorder(): Promise<Recorder> {
  const calls: ApiRequest[] = [];
  const refused = new Set<string>();
  let interference: Interference | undefined;
  const { promise: endpoint, resolve: forwardTo } = Promise.withResolvers<URL>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const received = await buffer(request);
    const call = { method, url, headers, body: received.toString("utf8") };
    calls.push(call);
    const given = refused.delete(String(headers["x-amz-target"])) ? accessDenied : await interference?.(call);
    if (typeof given === "object") {
      response.writeHead(given.status, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify(given.body));
      return;
    }
    const body = given === undefined ? received : Buffer.from(given);
    const { host, hostname, port } = await endpoint;
    const { expect: _expect, "transfer-encoding": _chunked, connection: _connection, ...kept } = headers;
    const onward = { hostname, port, method, path: url, headers: { ...kept, host, "content-length": body.length } };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(onward, resolve).on("error", reject).end(body);
    });
    const { connection: _kept, ...answered } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answered);
    await pipeline(answer, response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the recorder has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    calls,
    forwardTo: (url) => forwardTo(new URL(url)),
    refuseNext: (target) => void refused.add(target),
    interfere: (next) => void (interference = next),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Functions {
  readonly region: string;
  readonly resources: readonly { readonly type: string; readonly name: string; readonly inputs: object }[];
}

/**
 * `graph` with its functions calling AWS at `originOf` their name, where that is anything: the SDK's endpoint, and that of their
 * queues' URLs.
 */
export function withEndpoints<Graph extends Functions>(
  graph: Graph,
  originOf: (functionName: string) => string | undefined,
): Graph {
  const aws = `https://sqs.${graph.region}.amazonaws.com`;
  const resources = graph.resources.map((resource) => {
    const { inputs } = resource;
    if (resource.type !== "aws:lambda/function:Function" || !("name" in inputs)) return resource;
    const origin = originOf(String(inputs.name));
    if (origin === undefined) return resource;
    const moved: typeof inputs & { environment?: { variables?: object } } = JSON.parse(
      JSON.stringify(inputs).replaceAll(aws, origin),
    );
    const variables = { ...moved.environment?.variables, AWS_ENDPOINT_URL: origin };
    return { ...resource, inputs: { ...moved, environment: { variables } } };
  });
  return { ...graph, resources };
}
