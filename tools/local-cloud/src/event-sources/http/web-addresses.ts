import type { IncomingHttpHeaders } from "node:http";
import { PortTaken, startFrontServer, type FrontServer } from "../../endpoint/front-server.ts";
import { isForeignPage, isOwnHost } from "../../endpoint/same-origin.ts";
import type { CorsDefinition, FunctionUrlDefinition, HttpApiDefinition } from "../../graph/graph.ts";
import { allowsOrigin } from "./cors.ts";

const LAST_PORT = 65_535;

/** Where a function URL or an HTTP API listens. */
export interface WebAddress {
  readonly definition: FunctionUrlDefinition | HttpApiDefinition;
  readonly server: FrontServer;
}

/**
 * Opens a port of 127.0.0.1 for each: the ports after the endpoint's, in the order of the graph (URLs, then APIs), so that they are the
 * same at every boot; for an endpoint on a free port, free ones. In the place of a port that is taken it takes a free one, and
 * tells. Requests wait until they are served.
 */
export async function openWebAddresses(
  definitions: readonly (FunctionUrlDefinition | HttpApiDefinition)[],
  { endpointPort, notice }: { readonly endpointPort: number; readonly notice: (sentence: string) => void },
): Promise<WebAddress[]> {
  const opened: WebAddress[] = [];
  try {
    for (const [index, definition] of definitions.entries()) {
      const next = endpointPort + 1 + index;
      const wanted = endpointPort === 0 || next > LAST_PORT ? 0 : next;
      const admits = (headers: IncomingHttpHeaders, port: number) => isAdmitted(headers, port, definition.cors);
      const server = await startFrontServer(wanted, admits).catch((error: unknown) => {
        if (!(error instanceof PortTaken)) throw error;
        notice(
          `Port ${wanted} is taken: ${definition.component} answers at another one, which the next boot may change.`,
        );
        return startFrontServer(0, admits);
      });
      opened.push({ definition, server });
    }
  } catch (error) {
    await Promise.all(opened.map(({ server }) => server.stop()));
    throw error;
  }
  return opened;
}

/**
 * Whether a request is answered: it names this address as its host, and what sent it is no foreign web page, unless the project's own
 * CORS settings allow that page's origin. (On AWS everybody may ask; here a page in a browser must not reach a developer's machine.)
 */
function isAdmitted(headers: IncomingHttpHeaders, port: number, cors: CorsDefinition | undefined): boolean {
  if (!isOwnHost(headers, port)) return false;
  if (!isForeignPage(headers, port)) return true;
  if (cors === undefined) return false;
  return headers.origin === undefined ? cors.allowOrigins.includes("*") : allowsOrigin(cors, headers.origin);
}
