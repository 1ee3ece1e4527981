import * as v from "valibot";
import { readStatus } from "./cloud-status.ts";
import { createExpiredRecords } from "./emulators/expired-records.ts";
import { startTables } from "./emulators/start-tables.ts";
import { createEventSources } from "./event-sources/event-sources.ts";
import { openWebAddresses } from "./event-sources/http/web-addresses.ts";
import { serveWeb } from "./event-sources/serve-web.ts";
import { eventually } from "./eventually.ts";
import { createFaults } from "./faults/faults.ts";
import { NotIdle, idleInTime } from "./idle.ts";
import { shownGraph } from "./graph/shown-graph.ts";
import { forgottenFigures, openKeptFigures } from "./kept-figures.ts";
import { createMetricTotals } from "./lambda/logs/metric-totals.ts";
import { clientEnvironment, resourceEnvironment } from "./local-environment.ts";
import { eachText, localUrls } from "./local-urls.ts";
import { ResourceNotFound, findResource } from "./resource.ts";
import { serveServices } from "./serve-services.ts";
import { startServices } from "./start-services.ts";
import { openState } from "./state.ts";
import type { SupervisedDynamoDb } from "./emulators/supervised-dynamodb.ts";
import type { FrontServer } from "./endpoint/front-server.ts";
import type { EventEntry } from "./event-sources/event-bridge/bus-event.ts";
import type { Graph } from "./graph/graph.ts";
import type { LocalCloud, LocalCloudOptions } from "./local-cloud.ts";
import type { Project } from "./open-project.ts";
import type { Shutdown } from "./shutdown.ts";

/** How long waits last that say nothing else. */
const WAIT_MS = 30_000;

const outputsSchema = v.record(v.string(), v.unknown());

/** What is there before the services are. */
export interface Prepared {
  readonly options: LocalCloudOptions;
  readonly project: Project;
  /** Checked already. */
  readonly graph: Graph;
  readonly front: FrontServer;
  /** Under way where the project has a table, unless somebody else runs one. */
  readonly ownDynamoDb: Promise<SupervisedDynamoDb> | undefined;
  readonly notice: (sentence: string) => void;
  readonly shutdown: Shutdown;
}

/** Starts the services and the event sources, and returns once everything is there. What it starts is in `shutdown`. */
export async function runCloud(prepared: Prepared): Promise<LocalCloud> {
  const { options, project, graph, front, ownDynamoDb, notice, shutdown } = prepared;
  const { port = 0, stateDir, timeScale = 1 } = options;
  const { region } = graph;
  const { origin } = front;
  const faults = createFaults(options.faults);
  shutdown.on("faults", () => faults.stop());
  const addresses = await openWebAddresses([...graph.functionUrls, ...graph.httpApis], { endpointPort: port, notice });
  shutdown.on("web", async () => {
    await Promise.all(addresses.map(({ server }) => server.stop()));
  });
  const state = openState(stateDir);
  // After what ends the boot, whose sentence stands alone.
  for (const sentence of graph.notRun) notice(sentence);
  shutdown.on("state", () => state.close());
  // Without a folder the database ends with the process, and what is in it would only be there twice.
  const figures = stateDir === undefined ? forgottenFigures : openKeptFigures(state);
  shutdown.on("figures", () => figures.stop());

  const dynamodb = startTables({
    graph,
    endpoint: options.dynamodbEndpoint,
    own: ownDynamoDb,
    timeScale,
    expired: createExpiredRecords(state),
    shutdown,
  });
  const { tables, failed } = dynamodb;
  // An asynchronous event that an earlier process left must not spend its time limit on waiting for the endpoint.
  const { promise: ready, resolve: serving } = Promise.withResolvers<void>();
  const { root } = project;
  const buses = { put: (busName: string, event: EventEntry) => eventSources.rules.put(busName, event) };
  const started = { options, root, graph, state, origin, addresses, figures, ready, faults, buses, shutdown };
  const services = await startServices(started);
  const { topics, lambda } = services;
  const metrics = createMetricTotals();
  figures.keepAs("metrics", { restore: (totals) => metrics.restore(totals), read: () => metrics.totals() });
  lambda.onLog(({ line }) => metrics.read(line));
  const queues = faults.queues(services.queues);
  const eventSources = createEventSources({
    notifications: graph.notifications,
    rules: graph.rules,
    schedules: graph.schedules,
    bucketsOnBus: graph.bucketsOnBus,
    mappings: graph.mappings,
    queueDefinitions: graph.queues,
    lambda: faults.lambda(lambda),
    queues,
    buckets: faults.buckets(services.buckets),
    topics,
    tables,
    state,
    timeScale,
    region,
    origin,
    figures,
  });
  shutdown.on("eventSources", () => eventSources.stop());
  const sourcesStarted = eventSources.start();
  const web = serveWeb(addresses, lambda, figures);

  const status = () =>
    readStatus({
      endpoint: origin,
      graph,
      queues,
      topics,
      lambda,
      eventSources,
      web,
      metrics,
      dynamodb: () => dynamodb.status(),
      faults,
    });
  let complete = false;
  const isIdle = () => complete && dynamodb.idle() && lambda.idle() && eventSources.idle() && faults.idle();
  /** Time alone brings something to do. */
  const isScheduled = [...graph.rules.filter(({ schedule }) => schedule !== undefined), ...graph.schedules].some(
    ({ enabled }) => enabled,
  );
  const stopping = new AbortController();
  const over = AbortSignal.any([stopping.signal, failed]);
  const awaitIdle = (timeoutMs: number, signal: AbortSignal = over) =>
    idleInTime(isIdle, timeoutMs, AbortSignal.any([over, signal]));
  const environment = { ...clientEnvironment(origin, region), ...resourceEnvironment(origin, graph, addresses) };
  const stop = (): Promise<void> => {
    stopping.abort();
    return shutdown.run();
  };

  const shown = { environment, shownGraph: shownGraph(project.graph), status, awaitIdle };
  const served = { ...services, ...shown, graph, tables, eventSources, notice, shutdown };
  front.serve(faults.endpoint(serveServices(served), front.port));
  serving();
  // What was started must be known to be stopped, even where the other has failed.
  await Promise.allSettled([dynamodb.started, sourcesStarted]);
  await Promise.all([dynamodb.started, sourcesStarted]);
  dynamodb.deleteExpired();
  complete = true;
  return {
    endpoint: origin,
    port: front.port,
    region,
    environment,
    project,
    graph,
    lambda,
    outputs: v.parse(outputsSchema, eachText(project.outputs, localUrls(origin, graph, addresses))),
    resource: findResource(origin, graph, addresses),
    tick(schedule) {
      if (!eventSources.schedules.tick(schedule))
        throw new ResourceNotFound(schedule, `The project has no schedule ${schedule}.`);
    },
    status: () => Promise.resolve(status()),
    faults: (plan) => faults.change(plan),
    async waitUntilIdle(timeoutMs = WAIT_MS) {
      if (await awaitIdle(timeoutMs)) return;
      failed.throwIfAborted();
      throw new NotIdle(timeoutMs, status());
    },
    eventually: (assertion, timeoutMs = WAIT_MS) =>
      eventually(assertion, { isIdle: () => !isScheduled && isIdle(), timeoutMs, signal: over }),
    failed,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
