import type { PictureGraph } from "../console-ports.ts";
import type { Picture, PictureEdge, PictureNode } from "../protocol.ts";

/** The id of a function URL's or an HTTP API's node. */
export function webId({ kind, component }: { readonly kind: string; readonly component: string }): string {
  return `${kind}:${component}`;
}

/**
 * A project's resources and what goes from one to another, from its own definition: event sources, what is given up, and, since no
 * definition says what a function writes to, what its environment names.
 */
export function pictureOf(graph: PictureGraph): Picture {
  const all = nodesOf(graph);
  const byId = new Map(all.map((node) => [node.id, node]));
  const edges = new Map<string, PictureEdge>();
  const add = (from: string | undefined, to: string | undefined, kind: PictureEdge["kind"]): void => {
    if (from === undefined || to === undefined || from === to || !byId.has(from) || !byId.has(to)) return;
    const key = `${from} ${to}`;
    if (!edges.has(key)) edges.set(key, { from, to, kind });
  };
  const functionArn = (nameOrArn: string): string | undefined =>
    graph.functions.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn)?.arn;

  for (const { bucket, targetArn } of graph.notifications)
    add(graph.buckets.find(({ name }) => name === bucket)?.arn, functionArn(targetArn) ?? targetArn, "events");
  for (const mapping of graph.mappings) {
    const table = mapping.kind === "dynamodb" ? graph.tables.find(({ name }) => name === mapping.tableName) : undefined;
    const to = functionArn(mapping.functionName);
    add(table?.arn ?? mapping.eventSourceArn, to, "events");
    if (mapping.kind === "dynamodb") add(to, mapping.onFailure, "failures");
  }
  for (const { topicArn, endpoint } of graph.subscriptions) add(topicArn, functionArn(endpoint) ?? endpoint, "events");
  for (const { arn, targets } of graph.rules)
    for (const target of targets) {
      add(arn, functionArn(target.arn) ?? target.arn, "events");
      add(arn, target.deadLetterArn, "failures");
    }
  for (const web of graph.functionUrls) add(webId(web), functionArn(web.functionName), "events");
  for (const web of graph.httpApis)
    for (const { functionName } of web.routes) add(webId(web), functionArn(functionName), "events");
  for (const { arn, redrive } of graph.queues) add(arn, redrive?.deadLetterArn, "failures");
  for (const { arn, invokeConfig, deadLetterArn } of graph.functions) {
    add(arn, invokeConfig?.onFailure, "failures");
    add(arn, deadLetterArn, "failures");
    add(arn, invokeConfig?.onSuccess, "events");
  }
  for (const { arn, environment } of graph.functions)
    for (const node of all)
      if (!edges.has(`${node.id} ${arn}`) && namesIt(Object.values(environment), node)) add(arn, node.id, "uses");

  const failing = new Set([...edges.values()].flatMap(({ kind, to }) => (kind === "failures" ? [to] : [])));
  const nodes = all.map((node) => ({ ...node, holdsFailures: failing.has(node.id) }));
  return { nodes: nodes.filter((node) => isOfInterest(node, [...edges.values()])), edges: [...edges.values()] };
}

function nodesOf(graph: PictureGraph): PictureNode[] {
  const node = (kind: PictureNode["kind"], id: string, label: string, name: string): PictureNode => ({
    id,
    kind,
    label,
    name,
    holdsFailures: false,
  });
  return [
    ...[...graph.functionUrls, ...graph.httpApis].map((web) => node("web", webId(web), web.component, web.kind)),
    ...graph.buckets.map(({ arn, component, name }) => node("bucket", arn, component, name)),
    ...graph.topics.map(({ arn, component, name }) => node("topic", arn, component, name)),
    ...graph.rules.map(({ arn, component, name }) => node("rule", arn, component, name)),
    ...graph.queues.map(({ arn, component, name }) => node("queue", arn, component, name)),
    ...graph.functions.map(({ arn, component, name }) => node("function", arn, component, name)),
    ...graph.tables.map(({ arn, component, name }) => node("table", arn, component, name)),
  ];
}

/** Whether one of the values is the resource's name, ARN or URL, or is JSON of a link that holds it. */
function namesIt(values: readonly string[], { kind, id, name }: PictureNode): boolean {
  if (kind === "function" || kind === "rule" || kind === "web") return false;
  return values.some(
    (value) =>
      value === name ||
      value.endsWith(`/${name}`) ||
      value.includes(id) ||
      value.includes(`"${name}"`) ||
      value.includes(`/${name}"`),
  );
}

/** A rule without a target that is here says nothing. */
function isOfInterest({ kind, id }: PictureNode, edges: readonly PictureEdge[]): boolean {
  return kind !== "rule" || edges.some(({ from }) => from === id);
}
