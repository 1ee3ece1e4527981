import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Buckets } from "./emulators/buckets.ts";
import { createBuckets } from "./emulators/fauxqs-buckets.ts";
import { createQueues } from "./emulators/fauxqs-queues.ts";
import { createTopics } from "./emulators/fauxqs-topics.ts";
import { startFauxqs, type Fauxqs } from "./emulators/fauxqs.ts";
import type { Queues } from "./emulators/queues.ts";
import { releaseInFlight } from "./emulators/release-in-flight.ts";
import type { Topics } from "./emulators/topics.ts";
import type { WebAddress } from "./event-sources/http/web-addresses.ts";
import { isRun } from "./event-sources/sns/check-subscriptions.ts";
import type { Faults } from "./faults/faults.ts";
import type { Graph } from "./graph/graph.ts";
import type { KeptFigures } from "./kept-figures.ts";
import { createLambdaService, type LambdaService } from "./lambda/lambda-service.ts";
import type { DestinationPorts } from "./lambda/asynchronous/async-destination.ts";
import { openLogStore } from "./lambda/logs/log-store.ts";
import { clientEnvironment, localFunctions } from "./local-environment.ts";
import type { LocalCloudOptions } from "./local-cloud.ts";
import type { Shutdown } from "./shutdown.ts";

/** What the services are started with. */
export interface ServicesOptions {
  readonly options: Pick<LocalCloudOptions, "stateDir" | "timeScale" | "watch" | "inspect">;
  /** The project's folder. */
  readonly root: string;
  readonly graph: Graph;
  readonly state: DatabaseSync;
  /** Of the endpoint. */
  readonly origin: string;
  readonly addresses: readonly WebAddress[];
  readonly figures: KeptFigures;
  /** Resolves once the endpoint answers. */
  readonly ready: Promise<void>;
  readonly faults: Faults;
  /** Where functions put the records of their invocations; nothing is put before `ready`. */
  readonly buses: DestinationPorts["buses"];
  readonly shutdown: Shutdown;
}

/** The services that need no Java. */
export interface StartedServices {
  readonly fauxqs: Fauxqs;
  readonly queues: Queues;
  readonly buckets: Buckets;
  readonly topics: Topics;
  readonly lambda: LambdaService;
}

/** Starts the queues, buckets and topics of the graph, and the functions. */
export async function startServices(given: ServicesOptions): Promise<StartedServices> {
  const { graph, origin, state, faults, shutdown } = given;
  const { stateDir, timeScale = 1, watch = false, inspect } = given.options;
  const fauxqs = await startFauxqs({
    origin,
    region: graph.region,
    timeScale,
    ...(stateDir !== undefined && { dataDir: stateDir }),
  });
  shutdown.on("fauxqs", () => fauxqs.stop());
  const queues = createQueues(fauxqs.sqs, graph.queues);
  const mapped = graph.mappings.filter(({ kind, enabled }) => kind === "sqs" && enabled);
  releaseInFlight(
    fauxqs.sqs,
    mapped.map(({ eventSourceArn }) => eventSourceArn),
  );
  const buckets = createBuckets(fauxqs.s3, graph.buckets);
  const topics = createTopics(fauxqs.sns, graph.topics, graph.subscriptions.filter(isRun), graph.region);
  const lambda = await createLambdaService({
    functions: faults.functions(localFunctions(origin, graph, given.addresses)),
    root: given.root,
    cacheDir: join(given.root, ".doorbell", "bundles"),
    environment: (sandbox) => ({ ...clientEnvironment(origin, graph.region), ...faults.sandbox(sandbox) }),
    state,
    ...(stateDir !== undefined && { kept: { logs: openLogStore(state), figures: given.figures } }),
    queues,
    topics,
    buckets,
    buses: given.buses,
    timeScale,
    ready: given.ready,
    watch,
    ...(inspect !== undefined && { inspect }),
  });
  shutdown.on("lambda", () => lambda.stop());
  return { fauxqs, queues, buckets, topics, lambda };
}
