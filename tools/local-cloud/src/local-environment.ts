import { LOCAL_CREDENTIALS } from "./local-region.ts";
import { localUrls, queueUrl } from "./local-urls.ts";
import type { WebAddress } from "./event-sources/http/web-addresses.ts";
import type { FunctionDefinition, Graph } from "./graph/graph.ts";

/**
 * What every client of a local cloud needs, handlers included: endpoint, region, credentials. The region has two names, since
 * version 1 of the AWS CLI knows the second alone.
 */
export function clientEnvironment(origin: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: origin,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  };
}

/**
 * One variable for each bucket, queue, topic, event bus, table, function URL and API, from the name of its component: `Files` →
 * `FILES_BUCKET`, `Jobs` → `JOBS_QUEUE_URL`, `JobsDlq` → `JOBS_DLQ_URL`, `Alerts` → `ALERTS_TOPIC_ARN`, `Shop` → `SHOP_BUS_NAME`, `ItemsTable` →
 * `ITEMS_TABLE`, `Search` → `SEARCH_URL`.
 */
export function resourceEnvironment(
  origin: string,
  graph: Graph,
  addresses: readonly WebAddress[],
): Record<string, string> {
  return Object.fromEntries([
    ...graph.buckets.map(({ component, name }) => [bucketVariable(component), name]),
    ...graph.queues.map(({ component, name }) => [queueVariable(component), queueUrl(origin, name)]),
    ...graph.topics.map(({ component, arn }) => [`${variable(component, "TOPIC")}_ARN`, arn]),
    ...graph.buses.flatMap(({ component, name }) =>
      component === undefined ? [] : [[`${variable(component, "BUS")}_NAME`, name]],
    ),
    ...graph.tables.map(({ component, name }) => [variable(component, "TABLE"), name]),
    ...addresses.map(({ definition, server }) => [variable(definition.component, "URL"), `${server.origin}/`]),
  ]);
}

/** The variable with a bucket's name. */
export function bucketVariable(component: string): string {
  return variable(component, "BUCKET");
}

/** The variable with a queue's URL. */
export function queueVariable(component: string): string {
  return `${variable(component, component.endsWith("Dlq") ? "DLQ" : "QUEUE")}_URL`;
}

/** `UploadFailures`, `QUEUE` → `UPLOAD_FAILURES_QUEUE`; a component that says its kind already does not say it twice. */
function variable(component: string, kind: string): string {
  const name = component.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, "_").toUpperCase();
  return name === kind || name.endsWith(`_${kind}`) ? name : `${name}_${kind}`;
}

/** The functions with AWS's URLs in their environment, and in what is linked to them, replaced by local ones. */
export function localFunctions(origin: string, graph: Graph, addresses: readonly WebAddress[]): FunctionDefinition[] {
  const local = localUrls(origin, graph, addresses);
  return graph.functions.map((definition) => ({
    ...definition,
    environment: Object.fromEntries(
      Object.entries(definition.environment).map(([name, value]) => [name, local(value)]),
    ),
  }));
}
