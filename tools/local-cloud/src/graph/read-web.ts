import type * as v from "valibot";
import * as inputs from "./graph-resources.ts";
import type { GraphResource } from "./graph-resources.ts";
import type { CorsDefinition, FunctionUrlDefinition, HttpApiDefinition, RouteDefinition } from "./graph.ts";
import { functionNameOf } from "./function-name.ts";
import { InvalidGraph } from "./invalid-graph.ts";

/** API Gateway's default for HTTP APIs, and the longest it allows (API Gateway, "Quotas for HTTP APIs"). */
const INTEGRATION_TIMEOUT_MS = 30_000;

/** A resource of a type that was asked for, with its inputs parsed. */
interface Found<Schema extends v.GenericSchema> extends Omit<GraphResource, "inputs"> {
  readonly value: v.InferOutput<Schema>;
}

/** Finds the resources of a type. */
export type Find = <Schema extends v.GenericSchema>(type: RegExp, schema: Schema) => readonly Found<Schema>[];

/** The URL as the graph's other resources have it, without the slash that Lambda's own URLs end with. */
const awsUrlOf = (url: string | undefined) => (url === undefined ? {} : { awsUrl: url.replace(/\/$/, "") });

/**
 * Reads the functions' URLs. One that checks signatures is left out, and `notRun` is told: it would be open here.
 * @throws InvalidGraph where one belongs to a version of a function
 */
export function readFunctionUrls(find: Find, notRun: (sentence: string) => void): FunctionUrlDefinition[] {
  return find(/^aws:lambda\/functionUrl:/, inputs.functionUrlInputs).flatMap(
    ({ name, component, drawn = {}, value }) => {
      const { functionUrl } = drawn;
      if (value.authorizationType !== "NONE") {
        notRun(
          `Not run here: ${name} (lambda/functionUrl), whose authorization is ${value.authorizationType}; no signatures are checked, and it would be open.`,
        );
        return [];
      }
      if (value.qualifier != null && value.qualifier !== "$LATEST")
        throw new InvalidGraph(name, `it is of ${value.qualifier}, and the local cloud has no versions but $LATEST.`);
      return {
        kind: "function-url",
        component: component?.name ?? name.replace(/Url$/, ""),
        id: /^https:\/\/([^.]+)\./.exec(functionUrl ?? "")?.[1] ?? name.toLowerCase(),
        functionName: functionNameOf(value.functionName),
        streamed: value.invokeMode === "RESPONSE_STREAM",
        ...corsOf(value.cors),
        ...awsUrlOf(functionUrl),
      };
    },
  );
}

/**
 * Reads the HTTP APIs with their routes and stages. APIs of WebSockets are left out. A route that has an authorizer, or leads to anything
 * but a function with payload format 2.0, is refused, and `notRun` is told.
 * @throws InvalidGraph where a route is none that API Gateway takes
 */
export function readHttpApis(find: Find, notRun: (sentence: string) => void): HttpApiDefinition[] {
  const stages = find(/^aws:apigatewayv2\/stage:/, inputs.stageInputs);
  const integrations = find(/^aws:apigatewayv2\/integration:/, inputs.integrationInputs);
  const routes = find(/^aws:apigatewayv2\/route:/, inputs.routeInputs);
  return find(/^aws:apigatewayv2\/api:/, inputs.apiInputs)
    .filter(({ value }) => value.protocolType === "HTTP")
    .map(({ name, component, drawn = {}, value }) => {
      const id = drawn["id"] ?? name;
      return {
        kind: "http-api",
        component: component?.name ?? name.replace(/Api$/, ""),
        id,
        routes: routes
          .filter((route) => route.value.apiId === id)
          .map((route) => {
            const read = readRoute(route, integrations);
            if (read.refused !== undefined)
              notRun(
                `Not run here: ${route.name} (apigatewayv2/route); ${read.routeKey} ${read.refused} It answers 501.`,
              );
            return read;
          }),
        stages: stages
          .filter((stage) => stage.value.apiId === id)
          .map((stage) => ({ name: stage.value.name, variables: stage.value.stageVariables ?? {} })),
        ...corsOf(value.corsConfiguration),
        ...awsUrlOf(drawn["apiEndpoint"]),
      };
    });
}

function readRoute(
  { name, value }: Found<typeof inputs.routeInputs>,
  integrations: readonly Found<typeof inputs.integrationInputs>[],
): RouteDefinition {
  const { routeKey, authorizationType } = value;
  const invalid = (why: string) => new InvalidGraph(name, `its route ${routeKey} ${why}`);
  if (!/^(?:\$default|[A-Z]+ \/\S*)$/.test(routeKey)) throw invalid("is not $default and not a method and a path.");
  if (/\{[^}]*\+\}./.test(routeKey)) throw invalid("has something after its greedy variable, which has to come last.");
  const target = value.target?.replace(/^integrations\//, "");
  const integration = integrations.find((each) => (each.drawn?.["id"] ?? each.name) === target);
  if (integration === undefined) throw invalid(`has no integration ${target ?? ""} in the graph.`);
  const { integrationType, integrationUri, payloadFormatVersion, timeoutMilliseconds } = integration.value;
  const isToFunction = integrationType === "AWS_PROXY" && /:lambda:/.test(integrationUri ?? "");
  const problems = [
    ...(authorizationType == null || authorizationType === "NONE"
      ? []
      : [`has an authorizer (${authorizationType}), which the local cloud does not run: it would be open.`]),
    ...(isToFunction
      ? []
      : [`leads to ${integrationType} ${integrationUri ?? ""}, and the local cloud runs routes to functions.`]),
    ...(payloadFormatVersion === "2.0"
      ? []
      : [`has payload format ${payloadFormatVersion ?? "1.0"}, and the local cloud has 2.0 only.`]),
  ];
  const [problem] = problems;
  return {
    routeKey,
    ...(problem !== undefined && { refused: problem }),
    functionName: functionNameOf(integrationUri ?? ""),
    timeoutMs: timeoutMilliseconds ?? INTEGRATION_TIMEOUT_MS,
  };
}

function corsOf(value: v.InferOutput<typeof inputs.functionUrlInputs>["cors"]): { cors?: CorsDefinition } {
  if (value == null) return {};
  return {
    cors: {
      allowCredentials: value.allowCredentials ?? false,
      allowHeaders: value.allowHeaders ?? [],
      allowMethods: value.allowMethods ?? [],
      allowOrigins: value.allowOrigins ?? [],
      exposeHeaders: value.exposeHeaders ?? [],
      ...(value.maxAge != null && { maxAgeSeconds: value.maxAge }),
    },
  };
}
