import { once } from "node:events";
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { openWebAddresses, type WebAddress } from "../src/event-sources/http/web-addresses.ts";
import { serveWeb } from "../src/event-sources/serve-web.ts";
import type { FunctionUrlDefinition, HttpApiDefinition } from "../src/graph/graph.ts";
import { forgottenFigures } from "../src/kept-figures.ts";
import type { LambdaFixture } from "./lambda-fixture.ts";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** A request; `path` is sent as it is. */
export interface RawRequest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Asks as no browser and no SDK does: nothing is normalized, no header is added but `Host`. */
export async function ask(origin: string, { path = "/", method, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const sent = request({ hostname, port, path, method: method ?? (body === undefined ? "GET" : "POST"), headers });
  const answered = once(sent, "response");
  sent.end(body);
  const [response] = await answered;
  const answer = await buffer(response);
  return { status: response.statusCode, headers: response.headers, body: answer, text: answer.toString("utf8") };
}

/** Function URLs and HTTP APIs on a Lambda service, at free ports. */
export async function startWeb(
  { lambda }: LambdaFixture,
  definitions: readonly (FunctionUrlDefinition | HttpApiDefinition)[],
): Promise<{ readonly origins: readonly string[]; status: ReturnType<typeof serveWeb>; stop(): Promise<void> }> {
  const addresses: WebAddress[] = await openWebAddresses(definitions, { endpointPort: 0, notice: () => {} });
  return {
    origins: addresses.map(({ server }) => server.origin),
    status: serveWeb(addresses, lambda, forgottenFigures),
    async stop() {
      await Promise.all(addresses.map(({ server }) => server.stop()));
    },
  };
}
