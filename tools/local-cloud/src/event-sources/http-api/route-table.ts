import type { RouteDefinition } from "../../graph/graph.ts";

/** A route that fits a request, and what its path variables are there, decoded. */
export interface MatchedRoute {
  readonly route: RouteDefinition;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface ParsedRoute {
  readonly route: RouteDefinition;
  readonly method: string;
  readonly segments: readonly string[];
}

const GREEDY = /^\{([^}]+)\+\}$/;
const VARIABLE = /^\{([^}]+)\}$/;

/** What a segment of a path is worth where two routes fit: the literal one goes first, a greedy variable last. */
const rankOf = (segment: string): number => (GREEDY.test(segment) ? 2 : VARIABLE.test(segment) ? 1 : 0);

/**
 * Finds the most specific route for a request: a full match goes before one with a greedy variable, and that before `$default`; a
 * literal segment goes before a variable, the method's own route before `ANY`. (AWS page: "Create routes for HTTP APIs in API
 * Gateway", routing API requests.)
 */
export function createRouteTable(
  routes: readonly RouteDefinition[],
): (method: string, path: string) => MatchedRoute | undefined {
  const fallback = routes.find(({ routeKey }) => routeKey === "$default");
  const parsed = routes.filter((route) => route !== fallback).map(parse);
  const sorted = parsed.toSorted(bySpecificity);
  return (method, path) => {
    const segments = path.slice(1).split("/");
    for (const each of sorted) {
      if (each.method !== "ANY" && each.method !== method) continue;
      const pathParameters = matchSegments(each.segments, segments);
      if (pathParameters !== undefined) return { route: each.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
}

function parse(route: RouteDefinition): ParsedRoute {
  const [method = "", path = "/"] = route.routeKey.split(" ");
  return { route, method, segments: path.slice(1).split("/") };
}

function bySpecificity(a: ParsedRoute, b: ParsedRoute): number {
  const shared = Math.min(a.segments.length, b.segments.length);
  const greedy = Number(GREEDY.test(a.segments.at(-1) ?? "")) - Number(GREEDY.test(b.segments.at(-1) ?? ""));
  if (greedy !== 0) return greedy;
  for (let at = 0; at < shared; at++) {
    const difference = rankOf(a.segments[at] ?? "") - rankOf(b.segments[at] ?? "");
    if (difference !== 0) return difference;
  }
  return b.segments.length - a.segments.length || Number(a.method === "ANY") - Number(b.method === "ANY");
}

/** The variables of a path that fits; a greedy one takes at least one segment. */
function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const greedy = GREEDY.exec(expected)?.[1];
    const rest = segments.slice(at).join("/");
    if (greedy !== undefined) return rest === "" ? undefined : { ...found, [greedy]: decodeURIComponent(rest) };
    const segment = segments[at];
    if (segment === undefined) return undefined;
    const variable = VARIABLE.exec(expected)?.[1];
    if (variable === undefined ? segment !== expected : segment === "") return undefined;
    if (variable !== undefined) found[variable] = decodeURIComponent(segment);
  }
  return pattern.length === segments.length ? found : undefined;
}
