import type { KeptFigures } from "../kept-figures.ts";
import type { LambdaService } from "../lambda/lambda-service.ts";
import { createFunctionUrl } from "./function-url/function-url.ts";
import type { WebAddress } from "./http/web-addresses.ts";
import type { WebCounters, WebStatus } from "./http/web-status.ts";
import { createHttpApi } from "./http-api/http-api.ts";

/** Answers requests to function URLs and HTTP APIs at their addresses from now on; the answer tells the figures. */
export function serveWeb(
  addresses: readonly WebAddress[],
  lambda: Pick<LambdaService, "invoke">,
  figures: KeptFigures,
): () => readonly WebStatus[] {
  const served = addresses.map(({ definition, server }) => {
    const name = `${definition.kind} ${definition.component}`;
    const counters: WebCounters = figures.keep(name, { requests: 0, failures: 0 });
    server.serve(
      definition.kind === "function-url"
        ? createFunctionUrl({ definition, lambda, counters })
        : createHttpApi({ definition, lambda, counters }),
    );
    const { component, kind } = definition;
    return { component, kind, url: `${server.origin}/`, counters };
  });
  return () => served.map(({ counters, ...each }) => ({ ...each, ...counters }));
}
