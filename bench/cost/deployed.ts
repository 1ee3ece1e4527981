import local from "@doorbell/infra/graph.json" with { type: "json" };
import production from "@doorbell/infra/graph.production.json" with { type: "json" };
import * as v from "valibot";

/** A service of the pipeline, as its function is called after app and stage. */
export type ServiceName = "upload-ingest" | "order-queue" | "change-audit";

type Graph = typeof local | typeof production;

const functionSchema = v.object({
  name: v.string(),
  memorySize: v.number(),
  loggingConfig: v.object({ systemLogLevel: v.picklist(["INFO", "WARN"]) }),
  environment: v.object({ variables: v.record(v.string(), v.string()) }),
});

const queueMappingSchema = v.object({
  batchSize: v.number(),
  maximumBatchingWindowInSeconds: v.number(),
  scalingConfig: v.optional(v.object({ maximumConcurrency: v.number() })),
  provisionedPollerConfig: v.optional(v.object({ minimumPollers: v.number(), maximumPollers: v.number() })),
});

const streamMappingSchema = v.object({ batchSize: v.number(), parallelizationFactor: v.number() });

const tableSchema = v.object({
  name: v.string(),
  onDemandThroughput: v.optional(v.object({ maxWriteRequestUnits: v.number() })),
  warmThroughput: v.optional(v.object({ writeUnitsPerSecond: v.number() })),
});

function only<Schema extends v.GenericSchema>(
  graph: Graph,
  type: string,
  schema: Schema,
  of: (inputs: object) => boolean,
) {
  const found = graph.resources.filter((resource) => resource.type.endsWith(`:${type}`) && of(resource.inputs));
  if (found.length !== 1) throw new Error(`${graph.stage} has ${found.length} of what should be one ${type}`);
  return v.parse(schema, found[0]?.inputs);
}

const has = (name: string) => (inputs: object) => name in inputs;
const named = (ending: string) => (inputs: object) => String(Reflect.get(inputs, "name")).endsWith(ending);

/** A function, on the local stage where nothing else is said. */
export const functionOf = (service: ServiceName, graph: Graph = local) =>
  only(graph, "Function", functionSchema, named(`-${service}`));

/** The mapping of the orders queue in production. */
export const queueMapping = only(
  production,
  "EventSourceMapping",
  queueMappingSchema,
  (inputs) => !has("parallelizationFactor")(inputs),
);

/** The mapping of the stream of the orders table in production. */
export const streamMapping = only(production, "EventSourceMapping", streamMappingSchema, has("parallelizationFactor"));

/** A table in production. */
export const tableOf = (component: "OrdersTable" | "AuditTable") =>
  only(production, "Table", tableSchema, named(`-${component}Table`));

/** The functions of production. */
export const productionFunction = (service: ServiceName) => functionOf(service, production);
