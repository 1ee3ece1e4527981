import { join } from "node:path";
import * as v from "valibot";
import { readCheckedGraph } from "./check-graph.ts";
import { readStatus } from "./cloud-status.ts";
import { createExpiredRecords } from "./emulators/expired-records.ts";
import { startTables } from "./emulators/start-tables.ts";
import { startFrontServer } from "./endpoint/front-server.ts";
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
import { openProject } from "./open-project.ts";
import { ResourceNotFound, findResource } from "./resource.ts";
import { admitsBucketPages } from "./s3/bucket-cors.ts";
import { serveServices } from "./serve-services.ts";
import { createShutdown } from "./shutdown.ts";
import { startServices } from "./start-services.ts";
import { takeStateFolder } from "./state-folder.ts";
import { openState } from "./state.ts";
import type { EventEntry } from "./event-sources/event-bridge/bus-event.ts";
import type { LocalCloud, LocalCloudOptions } from "./local-cloud.ts";
import type { Shutdown } from "./shutdown.ts";

export type { CloudStatus } from "./cloud-status.ts";
export type { LocalCloud, LocalCloudOptions } from "./local-cloud.ts";

/** How long waits last that say nothing else. */
const WAIT_MS = 30_000;

const outputsSchema = v.record(v.string(), v.unknown());

/**
 * Boots S3, SQS, SNS, EventBridge, DynamoDB with Streams and Lambda as an SST project configures them, on one endpoint of 127.0.0.1. The project's
 * `sst.config.ts` is evaluated offline, once for as long as it does not change. Nothing of a boot that fails is left. DynamoDB, which
 * needs Java, is started where the project has a table.
 *
 * A DynamoDB Local that ends by itself is started again on `stateDir`, within seconds; meanwhile requests to DynamoDB are refused
 * with `InternalServerError`, which SDKs retry, and nothing is idle. Without `stateDir` see `failed`.
 *
 *     await using cloud = await startLocalCloud({ root: import.meta.dirname });
 *     Object.assign(process.env, cloud.environment);
 *     const QueueUrl = cloud.resource("MyQueue").url;
 *     await new SQSClient().send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
 *     await cloud.waitUntilIdle();
 *
 * @throws ProjectNotFound, InvalidStage, PlatformInstallError, EvaluationError, InvalidGraph, BundleFailed, InvalidMapping, InvalidFaultPlan, PortTaken, StateFolderUnusable, StateInUse, JavaMissing, DynamoDbLocalFailed, DynamoDbEndpointUnusable
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const shutdown = createShutdown();
  try {
    return await boot(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function boot(options: LocalCloudOptions, shutdown: Shutdown): Promise<LocalCloud> {
  const { port = 0, stateDir, timeScale = 1 } = options;
  const notice = options.notice ?? ((sentence: string) => void process.stderr.write(`${sentence}\n`));
  const project = await openProject(options, notice);
  const graph = readCheckedGraph(project.graph, notice);
  const { region } = graph;
  const faults = createFaults(options.faults);
  shutdown.on("faults", () => faults.stop());
  const front = await startFrontServer(port, admitsBucketPages(graph.buckets));
  const { origin } = front;
  shutdown.on("endpoint", () => front.stop());
  const addresses = await openWebAddresses([...graph.functionUrls, ...graph.httpApis], { endpointPort: port, notice });
  shutdown.on("web", async () => {
    await Promise.all(addresses.map(({ server }) => server.stop()));
  });
  if (stateDir !== undefined) shutdown.on("stateLock", takeStateFolder(stateDir, notice));
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
    dataDir: stateDir === undefined ? undefined : join(stateDir, "dynamodb"),
    timeScale,
    notice,
    expired: createExpiredRecords(state),
    shutdown,
  });
  const { tables, failed } = dynamodb;
  // An asynchronous event that an earlier process left must not spend its time limit on waiting for the endpoint.
  const { promise: ready, resolve: serving } = Promise.withResolvers<void>();
  const { root } = project;
  const buses = { put: (busName: string, event: EventEntry) => eventSources.rules.put(busName, event) };
  const started = { options, root, graph, state, origin, addresses, figures, ready, faults, buses, shutdown };
  const services = await startServices(started).catch(async (error: unknown) => {
    await Promise.allSettled([dynamodb.started]);
    throw error;
  });
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
