import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestError } from "./request-error.ts";

/** A request as a route sees it. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What stands in the path in the place of `:name`, decoded. */
  readonly parts: Readonly<Record<string, string>>;
  /** Aborted when whoever asked is gone. */
  readonly gone: AbortSignal;
}

/** Answers with what it returns, as JSON; undefined where it has answered itself. */
export type Route = (asked: Asked) => unknown;

/** Routes by method and path, such as `GET /api/failures/:id`. */
export type Routes = Readonly<Record<string, Route>>;

/** Finds the route of a request. @throws RequestError 404 where there is none */
export function findRoute(
  routes: Routes,
  method: string,
  pathname: string,
): { route: Route; parts: Record<string, string> } {
  const asked = pathname.split("/");
  for (const [pattern, route] of Object.entries(routes)) {
    const [wantedMethod = "", path = ""] = pattern.split(" ");
    const wanted = path.split("/");
    if (wantedMethod !== method || wanted.length !== asked.length) continue;
    const fits = wanted.every((part, at) => part === asked[at] || (part.startsWith(":") && asked[at] !== ""));
    if (!fits) continue;
    const named = wanted.flatMap((part, at) =>
      part.startsWith(":") ? [[part.slice(1), decode(asked[at] ?? "")]] : [],
    );
    return { route, parts: Object.fromEntries(named) };
  }
  throw new RequestError(404, `There is no ${method} ${pathname}.`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestError(400, "The path is not encoded as a URL's must be.");
  }
}
