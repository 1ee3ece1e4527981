import type { WebAddress } from "./event-sources/http/web-addresses.ts";
import { LOCAL_ACCOUNT } from "./local-region.ts";
import { bucketUrl, queueUrl } from "./local-urls.ts";
import type { Graph } from "./graph/graph.ts";

/** A resource of the project, as a test or a client calls it. */
export interface LocalResource {
  readonly type: "api" | "bucket" | "bus" | "function" | "queue" | "table" | "topic";
  /** As AWS's API takes it. */
  readonly name: string;
  readonly arn: string;
  /** Where it is found at the local endpoint. @throws ResourceNotFound for a resource that has none */
  readonly url: string;
}

/** The project has no such resource, has several, or the resource has no URL. */
export class ResourceNotFound extends Error {
  readonly code = "RESOURCE_NOT_FOUND";
  readonly component: string;

  constructor(component: string, problem: string) {
    super(problem);
    this.name = "ResourceNotFound";
    this.component = component;
  }
}

/** Finds a resource by the name of its component; `type` tells two components of one name apart. @throws ResourceNotFound */
export type FindResource = (component: string, type?: LocalResource["type"]) => LocalResource;

/** Finds the resources of a graph. */
export function findResource(origin: string, graph: Graph, addresses: readonly WebAddress[]): FindResource {
  const urlOf = (of: (definition: WebAddress["definition"]) => boolean) => {
    const address = addresses.find(({ definition }) => of(definition));
    return address && `${address.server.origin}/`;
  };
  const all = [
    ...graph.queues.map((each) => resource("queue", each, queueUrl(origin, each.name))),
    ...graph.buckets.map((each) => resource("bucket", each, bucketUrl(origin, each.name))),
    ...graph.tables.map((each) => resource("table", each)),
    ...graph.topics.map((each) => resource("topic", each)),
    ...graph.buses.flatMap(({ component, name, arn }) =>
      component === undefined ? [] : [resource("bus", { component, name, arn })],
    ),
    ...graph.functions.map((each) =>
      resource(
        "function",
        each,
        urlOf((url) => url.kind === "function-url" && url.functionName === each.name),
      ),
    ),
    ...graph.httpApis.map(({ component, id }) =>
      resource(
        "api",
        { component, name: id, arn: `arn:aws:execute-api:${graph.region}:${LOCAL_ACCOUNT}:${id}` },
        urlOf((api) => api.id === id),
      ),
    ),
  ];
  return (component, type) => {
    const named = all.filter(
      (each) => each.component === component && (type === undefined || each.found.type === type),
    );
    const [first, second] = named;
    if (first === undefined) {
      const known = all.map((each) => each.component).sort();
      throw new ResourceNotFound(
        component,
        `The project has no ${type ?? "resource"} ${component}, but ${known.join(", ")}.`,
      );
    }
    if (second !== undefined) {
      const types = named.map(({ found }) => found.type).join(" and ");
      throw new ResourceNotFound(component, `The project has ${types} of the name ${component}: say which.`);
    }
    return first.found;
  };
}

interface Named {
  readonly component: string;
  readonly name: string;
  readonly arn: string;
}

function resource(type: LocalResource["type"], { component, name, arn }: Named, url?: string) {
  const found: LocalResource = {
    type,
    name,
    arn,
    get url() {
      if (url === undefined) throw new ResourceNotFound(component, `The ${type} ${component} has no URL.`);
      return url;
    },
  };
  return { component, found };
}
