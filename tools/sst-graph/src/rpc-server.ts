import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import * as v from "valibot";

const requestSchema = v.object({ method: v.string(), params: v.tuple([v.unknown()]) });
const buildSchema = v.object({ handler: v.string() });

/** SST's command line answers its components over HTTP; this answers in its place. */
export interface RpcServer {
  /** What SST reads as `SST_SERVER`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Answers the two calls that buckets, queues, tables and functions make while they are being evaluated: which bucket holds
 * the assets of the account, and where the built code of a function lies. Anything else gets an error that names it, since a
 * made-up answer would make a made-up graph.
 *
 * Listens on 127.0.0.1, on a free port, and does not keep the process from ending.
 *
 * @param codeFolder a folder that stands for the built code of every function; its content does not reach the graph
 */
export async function startRpcServer(codeFolder: string): Promise<RpcServer> {
  const server = createServer((request, response) => {
    text(request)
      .then((body) => answer(body, codeFolder))
      .catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
      .then((result) =>
        response
          .writeHead(200, { "content-type": "application/json", connection: "close" })
          .end(JSON.stringify(result)),
      )
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the RPC server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(body: string, codeFolder: string): object {
  const { method, params } = v.parse(requestSchema, JSON.parse(body));
  switch (method) {
    case "Provider.Aws.Bootstrap":
      return { result: { asset: "sst-assets", state: "sst-state" } };
    case "Runtime.Build": {
      const { handler } = v.parse(buildSchema, params[0]);
      return { result: { handler, out: codeFolder, errors: [], sourcemaps: [] } };
    }
    default:
      return { error: `the offline evaluation does not know SST's call "${method}"` };
  }
}
