import { join } from "node:path";
import * as v from "valibot";
import { createBuckets } from "./emulators/fauxqs-buckets.ts";
import { createQueues } from "./emulators/fauxqs-queues.ts";
import { createTopics } from "./emulators/fauxqs-topics.ts";
import { startFauxqs } from "./emulators/fauxqs.ts";
import { releaseInFlight } from "./emulators/release-in-flight.ts";
import { createExpiredRecords } from "./emulators/expired-records.ts";
import { startTimeToLive, type TimeToLive } from "./emulators/time-to-live.ts";
import { noTables } from "./emulators/dynamodb-tables.ts";
import { startTables } from "./emulators/start-tables.ts";
import { createAdminApi } from "./endpoint/admin-api.ts";
import { dispatchTo } from "./endpoint/dispatch.ts";
import { createDynamoDbProxy } from "./endpoint/dynamodb-proxy.ts";
import { refuseTables } from "./endpoint/refuse-tables.ts";
import { startFrontServer } from "./endpoint/front-server.ts";
import { createFaults } from "./faults/faults.ts";
import { eventually } from "./eventually.ts";
import { NotIdle, idleInTime } from "./idle.ts";
import { checkMappings } from "./event-sources/check-mapping.ts";
import { checkRules } from "./event-sources/event-bridge/check-rules.ts";
import { createEventBridgeApi } from "./event-bridge/event-bridge-api.ts";
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
import { eachText, localUrls } from "./local-urls.ts";
import { notRunSentences, withoutNotRun } from "./graph/not-run.ts";
import { openProject } from "./open-project.ts";
import { findResource } from "./resource.ts";
import { readGraph } from "./graph/read-graph.ts";
import { takeStateFolder } from "./state-folder.ts";
import { openState } from "./state.ts";
import { createShutdown } from "./shutdown.ts";
import type { CloudStatus } from "./cloud-status.ts";
import type { Faults } from "./faults/faults.ts";
import type { Graph } from "./graph/graph.ts";
import type { LocalCloud, LocalCloudOptions } from "./local-cloud.ts";
import type { SupervisedDynamoDb } from "./emulators/supervised-dynamodb.ts";
import type { Shutdown } from "./shutdown.ts";
import type { DatabaseSync } from "node:sqlite";

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
  const graph = withoutNotRun(readGraph(project.graph));
  for (const sentence of notRunSentences(graph)) notice(sentence);
  checkMappings(graph.mappings, graph);
  checkNotifications(graph.notifications, graph);
  checkSubscriptions(graph, notice);
  checkRules(graph, notice);
  const { region } = graph;
  const faults = createFaults(options.faults);
  shutdown.on("faults", () => faults.stop());
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
  const { tables, started } = startTables({
    graph,
    endpoint: options.dynamodbEndpoint,
    dataDir: stateDir === undefined ? undefined : join(stateDir, "dynamodb"),
    notice,
    expired,
    shutdown,
  });
  let dynamodb: SupervisedDynamoDb | undefined;
  let timeToLive: TimeToLive | undefined;
  let complete = false;
  const failure = new AbortController();
  const origin = front.origin;
  const serviceOptions = {
    options,
    root: project.root,
    graph,
    state,
    origin,
    addresses,
    figures,
    ready,
    faults,
    shutdown,
  };
  const services = await startServices(serviceOptions).catch(async (error: unknown) => {
    await Promise.allSettled([started]);
    throw error;
  });
  const { fauxqs, buckets, topics, lambda } = services;
  const metrics = createMetricTotals();
  figures.keepAs("metrics", { restore: (totals) => metrics.restore(totals), read: () => metrics.totals() });
  lambda.onLog(({ line }) => metrics.read(line));
  const queues = faults.queues(services.queues);
  const eventSources = createEventSources({
    notifications: graph.notifications,
    rules: graph.rules,
    bucketsOnBus: graph.bucketsOnBus,
    mappings: graph.mappings,
    queueDefinitions: graph.queues,
    lambda: faults.lambda(lambda),
    queues,
    buckets: faults.buckets(buckets),
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
    buses: graph.buses.map(({ name, arn }) => ({
      name,
      arn,
      rules: graph.rules.filter(({ busName }) => busName === name).length,
    })),
    schedules: eventSources.schedules.schedules(),
    functions: lambda.status(),
    mappings: eventSources.status(),
    web: webStatus(),
    metrics: metrics.totals(),
    ...(dynamodb !== undefined && { dynamodb: dynamodb.status() }),
    ...(faults.counts !== undefined && { faults: faults.counts }),
  });
  const failed = failure.signal;
  const answers = () => complete && (dynamodb === undefined || dynamodb.status().state === "running");
  const isIdle = () => answers() && timeToLive?.busy !== true && lambda.idle() && eventSources.idle() && faults.idle();
  /** Time alone brings something to do. */
  const isScheduled = graph.rules.some(({ enabled, schedule }) => enabled && schedule !== undefined);
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
    admin: createAdminApi({ environment, status, awaitIdle, lambda, schedules: eventSources.schedules }),
    lambda: (request, response) => lambda.handle(request, response),
    mappings: createMappingApi({ mappings: eventSources.mappings, tables, region }),
    logs: createLogsApi(createLogGroups({ functions: graph.functions, entries: lambda.logEntries, region })),
    dynamodb: tables === noTables ? refuseTables : (request, response) => proxy.handle(request, response),
    events: createEventBridgeApi({ buses: graph.buses, rules: graph.rules, events: eventSources.rules, notice }),
    sns: createSnsApi({ store: fauxqs.sns, topics, region }),
    fauxqs: createS3Api({ store: fauxqs.s3, region, next: fauxqs.handle }),
  });
  const stop = (): Promise<void> => {
    stopping.abort();
    return shutdown.run();
  };
  front.serve(faults.endpoint(dispatch, front.port));
  serving();
  [dynamodb] = await together(started, sourcesStarted);
  const { failed: ended } = dynamodb ?? {};
  if (ended?.aborted) failure.abort(ended.reason);
  ended?.addEventListener("abort", () => failure.abort(ended.reason));
  if (tables !== noTables) {
    const ttl = startTimeToLive({ dynamodb: tables, region, timeScale, expired, written: () => tables.written() });
    shutdown.on("timeToLive", () => ttl.stop());
    timeToLive = ttl;
  }
  complete = true;
  return {
    endpoint: front.origin,
    port: front.port,
    region,
    environment,
    lambda,
    outputs: v.parse(outputsSchema, eachText(project.outputs, localUrls(front.origin, graph, addresses))),
    resource: findResource(front.origin, graph, addresses),
    status,
    faults: (plan) => faults.change(plan),
    async waitUntilIdle(timeoutMs = WAIT_MS) {
      if (await awaitIdle(timeoutMs)) return;
      failed.throwIfAborted();
      throw new NotIdle(timeoutMs, await status());
    },
    eventually: (assertion, timeoutMs = WAIT_MS) =>
      eventually(assertion, {
        isIdle: () => !isScheduled && isIdle(),
        timeoutMs,
        signal: AbortSignal.any([stopping.signal, failed]),
      }),
    failed,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startServices({
  options,
  root,
  graph,
  state,
  origin,
  addresses,
  figures,
  ready,
  faults,
  shutdown,
}: ServicesOptions) {
  const { stateDir, timeScale = 1 } = options;
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
    functions: faults.functions(functions),
    root,
    cacheDir: join(root, ".doorbell", "bundles"),
    environment: (sandbox) => ({ ...clientEnvironment(origin, graph.region), ...faults.sandbox(sandbox) }),
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
  readonly root: string;
  readonly graph: Graph;
  readonly state: DatabaseSync;
  readonly origin: string;
  readonly addresses: readonly WebAddress[];
  readonly figures: KeptFigures;
  readonly ready: Promise<void>;
  readonly faults: Faults;
  readonly shutdown: Shutdown;
}

/** Both, or the first failure, but only once neither is under way any more: what was started must be known to be stopped. */
async function together<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}
