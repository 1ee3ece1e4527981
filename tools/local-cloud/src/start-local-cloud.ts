import { join } from "node:path";
import { superviseDynamoDb } from "./emulators/supervised-dynamodb.ts";
import { createTables } from "./emulators/dynamodb-tables.ts";
import { withGivenEndpoint } from "./emulators/given-endpoint.ts";
import { createBuckets } from "./emulators/fauxqs-buckets.ts";
import { createQueues } from "./emulators/fauxqs-queues.ts";
import { createTopics } from "./emulators/fauxqs-topics.ts";
import { startFauxqs } from "./emulators/fauxqs.ts";
import { releaseInFlight } from "./emulators/release-in-flight.ts";
import { createExpiredRecords, type ExpiredRecords } from "./emulators/expired-records.ts";
import { startTimeToLive, type TimeToLive } from "./emulators/time-to-live.ts";
import { createAdminApi } from "./endpoint/admin-api.ts";
import { dispatchTo } from "./endpoint/dispatch.ts";
import { createDynamoDbProxy } from "./endpoint/dynamodb-proxy.ts";
import { startFrontServer } from "./endpoint/front-server.ts";
import { createFaults } from "./faults/faults.ts";
import { NotIdle, idleInTime } from "./idle.ts";
import { checkMappings } from "./event-sources/check-mapping.ts";
import { checkNotifications } from "./event-sources/s3/check-notifications.ts";
import { checkSubscriptions, isRun } from "./event-sources/sns/check-subscriptions.ts";
import { createEventSources } from "./event-sources/event-sources.ts";
import { openWebAddresses, type WebAddress } from "./event-sources/http/web-addresses.ts";
import { serveWeb } from "./event-sources/serve-web.ts";
import { createMappingApi } from "./event-sources/mapping-api/mapping-api.ts";
import { createS3Api } from "./s3/s3-api.ts";
import { forgottenFigures, openKeptFigures, type KeptFigures } from "./kept-figures.ts";
import { createSnsApi } from "./sns/sns-api.ts";
import { createLambdaService } from "./lambda/lambda-service.ts";
import { openLogStore } from "./lambda/logs/log-store.ts";
import { createMetricTotals } from "./lambda/logs/metric-totals.ts";
import { createLogGroups } from "./logs-api/log-groups.ts";
import { createLogsApi } from "./logs-api/logs-api.ts";
import { clientEnvironment, localFunctions, resourceEnvironment } from "./local-environment.ts";
import { readGraph } from "./graph/read-graph.ts";
import { takeStateFolder } from "./state-folder.ts";
import { openState } from "./state.ts";
import { createShutdown } from "./shutdown.ts";
import type { CloudStatus } from "./cloud-status.ts";
import type { FaultPlan } from "./faults/fault-plan.ts";
import type { Faults } from "./faults/faults.ts";
import type { InspectOptions } from "./lambda/lambda-options.ts";
import type { LambdaService } from "./lambda/lambda-service.ts";
import type { Graph } from "./graph/graph.ts";
import type { Shutdown } from "./shutdown.ts";
import type { Tables } from "./emulators/dynamodb-tables.ts";
import type { SupervisedDynamoDb } from "./emulators/supervised-dynamodb.ts";
import type { DatabaseSync } from "node:sqlite";

export type { CloudStatus } from "./cloud-status.ts";

/** What a local cloud boots from, and how. */
export interface LocalCloudOptions {
  /** The repository root: handler paths are relative to it, and bundles are kept in its `.doorbell` folder. */
  readonly root: string;
  /** `infra/graph.json`, parsed as JSON. */
  readonly graph: unknown;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /**
   * A folder that keeps everything over restarts; without one it all lives in memory. One local cloud at a time may use it. It is
   * made where it is missing, kept from other users (mode 0700, files 0600), and compacted at each boot.
   */
  readonly stateDir?: string;
  /** A DynamoDB Local that runs already, instead of one of our own. */
  readonly dynamodbEndpoint?: string;
  /** Factor on AWS's waits of a second and more (retries, windows, ages); 1 by default. */
  readonly timeScale?: number;
  /** Reloads a function when one of its sources changes; what is in flight ends with the old code. */
  readonly watch?: boolean;
  /** Opens Node's inspector in a function. */
  readonly inspect?: InspectOptions;
  /** What goes wrong on purpose, seen by handlers and event sources, never by clients outside. */
  readonly faults?: FaultPlan;
  /** Told, in a sentence, of what its owner should know; written to standard error by default. */
  readonly notice?: (sentence: string) => void;
}

/** A running local cloud. */
export interface LocalCloud {
  /** `http://127.0.0.1:PORT`, for every service. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Endpoint, region, credentials and the names of all resources, as `doorbell env` prints them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly lambda: LambdaService;
  status(): Promise<CloudStatus>;
  /**
   * Returns when no message lies in a queue that has an enabled mapping and no event or stream record is left to handle.
   * @throws NotIdle; DynamoDbLocalFailed once `failed` is aborted
   */
  waitUntilIdle(timeoutMs: number): Promise<void>;
  /**
   * Aborted when the local cloud cannot go on, with a DynamoDbLocalFailed as reason: DynamoDB Local ended by itself, and its tables
   * were in memory, or it had ended three times within a minute. Requests to DynamoDB are then refused with
   * `InternalServerError`, and nothing is idle any more; all that is left to do is `stop`.
   */
  readonly failed: AbortSignal;
  /** Ends every process, listener and timer; may be called twice. */
  stop(): Promise<void>;
}

/**
 * Boots S3, SQS, SNS, DynamoDB with Streams and Lambda from a graph, on one endpoint of 127.0.0.1. Nothing of a boot that fails is left.
 *
 * A DynamoDB Local that ends by itself is started again on `stateDir`, within seconds; meanwhile requests to DynamoDB are refused
 * with `InternalServerError`, which SDKs retry, and nothing is idle. Without `stateDir` see `failed`.
 *
 *     const cloud = await startLocalCloud({ root, graph: JSON.parse(readFileSync("infra/graph.json", "utf8")) });
 *     const s3 = new S3Client({ endpoint: cloud.endpoint, region: cloud.region, credentials: … });
 *     await cloud.waitUntilIdle(30_000);
 *     await cloud.stop();
 *
 * @throws InvalidGraph, InvalidMapping, InvalidFaultPlan, PortTaken, StateFolderUnusable, StateInUse, JavaMissing, DynamoDbLocalFailed, DynamoDbEndpointUnusable
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
  const graph = readGraph(options.graph);
  const notice = options.notice ?? ((sentence: string) => void process.stderr.write(`${sentence}\n`));
  checkMappings(graph.mappings, graph);
  checkNotifications(graph.notifications, graph);
  checkSubscriptions(graph, notice);
  const { region } = graph;
  const faults = options.faults === undefined ? undefined : createFaults(options.faults);
  shutdown.on("faults", () => faults?.stop());
  const front = await startFrontServer(port);
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

  // An asynchronous event that an earlier process left must not spend its time limit on waiting for the endpoint.
  const { promise: ready, resolve: serving } = Promise.withResolvers<void>();

  const expired = createExpiredRecords(state);
  // Java takes a second or two. Everything else is served meanwhile, and requests to DynamoDB wait.
  const { tables, started } = startTables({ options, graph, notice, expired, shutdown });
  let dynamodb: SupervisedDynamoDb | undefined;
  let timeToLive: TimeToLive | undefined;
  let complete = false;
  const failure = new AbortController();
  const origin = front.origin;
  const serviceOptions = { options, graph, state, origin, addresses, figures, ready, faults, shutdown };
  const services = await startServices(serviceOptions).catch(async (error: unknown) => {
    await Promise.allSettled([started]);
    throw error;
  });
  const { fauxqs, buckets, topics, lambda } = services;
  const metrics = createMetricTotals();
  figures.keepAs("metrics", { restore: (totals) => metrics.restore(totals), read: () => metrics.totals() });
  lambda.onLog(({ line }) => metrics.read(line));
  const queues = faults?.queues(services.queues) ?? services.queues;
  const eventSources = createEventSources({
    notifications: graph.notifications,
    mappings: graph.mappings,
    queueDefinitions: graph.queues,
    lambda: faults?.lambda(lambda) ?? lambda,
    queues,
    buckets: faults?.buckets(buckets) ?? buckets,
    topics,
    tables,
    state,
    timeScale,
    region,
    origin: front.origin,
    figures,
  });
  shutdown.on("eventSources", () => eventSources.stop());
  const sourcesStarted = eventSources.start();
  const webStatus = serveWeb(addresses, lambda, figures);

  const status = async (): Promise<CloudStatus> => ({
    endpoint: front.origin,
    region,
    queues: graph.queues.map(({ name, arn }) => ({ name, arn, ...queues.depth(arn) })),
    topics: graph.topics.map(({ name, arn }) => ({ name, arn, subscriptions: topics.subscriptions(arn).length })),
    functions: lambda.status(),
    mappings: eventSources.status(),
    web: webStatus(),
    metrics: metrics.totals(),
    ...(dynamodb !== undefined && { dynamodb: dynamodb.status() }),
    ...(faults !== undefined && { faults: faults.counts }),
  });
  const failed = failure.signal;
  const answers = () => complete && (dynamodb === undefined || dynamodb.status().state === "running");
  const isIdle = () =>
    answers() && timeToLive?.busy !== true && lambda.idle() && eventSources.idle() && faults?.idle() !== false;
  const stopping = new AbortController();
  const awaitIdle = (timeoutMs: number, signal?: AbortSignal) =>
    idleInTime(
      isIdle,
      timeoutMs,
      AbortSignal.any([stopping.signal, failed, ...(signal === undefined ? [] : [signal])]),
    );
  const environment = {
    ...clientEnvironment(front.origin, region),
    ...resourceEnvironment(front.origin, graph, addresses),
  };

  const proxy = createDynamoDbProxy(tables);
  shutdown.on("proxy", () => proxy.stop());
  const dispatch = dispatchTo({
    admin: createAdminApi({ environment, status, awaitIdle, lambda }),
    lambda: (request, response) => lambda.handle(request, response),
    mappings: createMappingApi({ mappings: eventSources.mappings, tables, region }),
    logs: createLogsApi(createLogGroups({ functions: graph.functions, entries: lambda.logEntries, region })),
    dynamodb: (request, response) => proxy.handle(request, response),
    sns: createSnsApi({ store: fauxqs.sns, topics, region }),
    fauxqs: createS3Api({ store: fauxqs.s3, region, next: fauxqs.handle }),
  });
  front.serve(faults?.endpoint(dispatch, front.port) ?? dispatch);
  serving();
  [dynamodb] = await together(started, sourcesStarted);
  const { failed: ended } = dynamodb ?? {};
  if (ended?.aborted) failure.abort(ended.reason);
  ended?.addEventListener("abort", () => failure.abort(ended.reason));
  const ttl = startTimeToLive({ dynamodb: tables, region, timeScale, expired, written: () => tables.written() });
  shutdown.on("timeToLive", () => ttl.stop());
  timeToLive = ttl;
  complete = true;
  return {
    endpoint: front.origin,
    port: front.port,
    region,
    environment,
    lambda,
    status,
    async waitUntilIdle(timeoutMs) {
      if (await awaitIdle(timeoutMs)) return;
      failed.throwIfAborted();
      throw new NotIdle(timeoutMs, await status());
    },
    failed,
    stop() {
      stopping.abort();
      return shutdown.run();
    },
  };
}

function startTables({
  options,
  graph,
  notice,
  expired,
  shutdown,
}: {
  readonly options: LocalCloudOptions;
  readonly graph: Graph;
  readonly notice: (sentence: string) => void;
  readonly expired: ExpiredRecords;
  readonly shutdown: Shutdown;
}): { readonly tables: Tables; readonly started: Promise<SupervisedDynamoDb | undefined> } {
  const { stateDir, dynamodbEndpoint } = options;
  const { promise: dynamodb, resolve, reject } = Promise.withResolvers<{ readonly url: string }>();
  const tables = createTables({ dynamodb, region: graph.region, definitions: graph.tables, expired });
  shutdown.on("tables", () => tables.close());
  const start = async () => {
    if (dynamodbEndpoint !== undefined) {
      await withGivenEndpoint(dynamodbEndpoint, (url) => {
        resolve({ url });
        return tables.ready;
      });
      return undefined;
    }
    const supervised = await superviseDynamoDb({
      notice,
      ...(stateDir !== undefined && { dataDir: join(stateDir, "dynamodb") }),
    });
    shutdown.on("dynamodb", () => supervised.stop());
    resolve(supervised);
    await tables.ready.catch((error: unknown) => {
      supervised.failed.throwIfAborted();
      throw error;
    });
    // What was written to it before it ended may not have been told of.
    supervised.onChange(() => tables.written());
    return supervised;
  };
  const started = start();
  // Whoever waits for a table must not wait for ever; the boot itself awaits `started`.
  started.catch(reject);
  return { tables, started };
}

async function startServices({
  options,
  graph,
  state,
  origin,
  addresses,
  figures,
  ready,
  faults,
  shutdown,
}: ServicesOptions) {
  const { root, stateDir, timeScale = 1 } = options;
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
  const functions = localFunctions(origin, graph, addresses);
  const lambda = await createLambdaService({
    functions: faults?.functions(functions) ?? functions,
    root,
    cacheDir: join(root, ".doorbell", "bundles"),
    environment: (sandbox) => ({ ...clientEnvironment(origin, graph.region), ...faults?.sandbox(sandbox) }),
    state,
    ...(stateDir !== undefined && { kept: { logs: openLogStore(state), figures } }),
    queues,
    topics,
    buckets,
    timeScale,
    ready,
    watch: options.watch ?? false,
    ...(options.inspect !== undefined && { inspect: options.inspect }),
  });
  shutdown.on("lambda", () => lambda.stop());
  return { fauxqs, queues, buckets, topics, lambda };
}

interface ServicesOptions {
  readonly options: LocalCloudOptions;
  readonly graph: Graph;
  readonly state: DatabaseSync;
  readonly origin: string;
  readonly addresses: readonly WebAddress[];
  readonly figures: KeptFigures;
  readonly ready: Promise<void>;
  readonly faults: Faults | undefined;
  readonly shutdown: Shutdown;
}

/** Both, or the first failure, but only once neither is under way any more: what was started must be known to be stopped. */
async function together<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}
