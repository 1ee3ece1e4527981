import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";

const requestSchema = v.object({ method: v.string(), params: v.tuple([v.unknown()]) });

/** Pulumi leaves out what is undefined, and writes null now and then. */
const maybe = <const Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema);

const buildSchema = v.object({
  functionID: v.string(),
  handler: v.string(),
  bundle: maybe(v.string()),
  runtime: maybe(v.string()),
  links: maybe(v.record(v.string(), v.unknown())),
  copyFiles: maybe(v.array(v.object({ from: v.string(), to: v.string(), isDir: v.boolean() }))),
  properties: maybe(v.record(v.string(), v.unknown())),
  isContainer: maybe(v.boolean()),
});

/** What SST asks its command line to build for a function: its code, and what is linked to it. */
export type BuildRequest = v.InferOutput<typeof buildSchema>;

/** SST's command line answers its components over HTTP; this answers in its place. */
export interface RpcServer {
  /** What SST reads as `SST_SERVER`. */
  readonly url: string;
  /** The builds that were asked for so far, by the name of the function's component. */
  readonly builds: ReadonlyMap<string, BuildRequest>;
  stop(): Promise<void>;
}

/**
 * Answers the calls that components make while they are being evaluated: which bucket holds the assets of the account, where the
 * built code of a function lies, and where the bridge of `sst dev` is. Anything else gets an error that names it, since a made-up answer would make a
 * made-up graph.
 *
 * Listens on 127.0.0.1, on a free port, and does not keep the process from ending.
 *
 * @param codeFolder where a folder is made for each function, with an empty file in place of its built code; its content does
 *   not reach the graph
 */
export async function startRpcServer(codeFolder: string): Promise<RpcServer> {
  const builds = new Map<string, BuildRequest>();
  const server = createServer((request, response) => {
    text(request)
      .then((body) => answer(body, codeFolder, builds))
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
    builds,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(body: string, codeFolder: string, builds: Map<string, BuildRequest>): Promise<object> {
  const { method, params } = v.parse(requestSchema, JSON.parse(body));
  switch (method) {
    case "Provider.Aws.Bootstrap":
      return { result: { asset: "sst-assets", state: "sst-state" } };
    // The bridge of `sst dev` between the cloud and a task on this machine; there is none.
    case "Provider.Aws.Appsync":
      return { result: { http: "not-run-locally.invalid", realtime: "not-run-locally.invalid" } };
    case "Runtime.Build": {
      const request = v.parse(buildSchema, params[0]);
      builds.set(request.functionID, request);
      return {
        result: {
          handler: request.handler,
          out: await standIn(codeFolder, builds.size, request.handler),
          errors: [],
          sourcemaps: [],
        },
      };
    }
    default:
      return { error: `the offline evaluation does not know SST's call "${method}"` };
  }
}

/** A folder that holds what the handler names: SST packs it, and looks for the file where it wraps the handler. */
async function standIn(codeFolder: string, number: number, handler: string): Promise<string> {
  const out = join(codeFolder, String(number));
  // Of another language, the handler may be a folder, such as the project's own.
  const inside = join("/", handler.replace(/\.[^./]*$/, ""));
  const file = join(out, inside.endsWith("/") ? `${inside}index` : inside);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.mjs`, "");
  return out;
}
