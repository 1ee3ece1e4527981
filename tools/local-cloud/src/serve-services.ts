import type { CloudStatus } from "./cloud-status.ts";
import { noTables, type Tables } from "./emulators/dynamodb-tables.ts";
import { createAdminApi } from "./endpoint/admin-api.ts";
import { dispatchTo } from "./endpoint/dispatch.ts";
import { createDynamoDbProxy } from "./endpoint/dynamodb-proxy.ts";
import type { Handler } from "./endpoint/front-server.ts";
import { refuseScheduler } from "./endpoint/refuse-scheduler.ts";
import { refuseTables } from "./endpoint/refuse-tables.ts";
import { createEventBridgeApi } from "./event-bridge/event-bridge-api.ts";
import type { EventSources } from "./event-sources/event-sources.ts";
import { createMappingApi } from "./event-sources/mapping-api/mapping-api.ts";
import type { Graph } from "./graph/graph.ts";
import { createLogGroups } from "./logs-api/log-groups.ts";
import { createLogsApi } from "./logs-api/logs-api.ts";
import { withBucketCors } from "./s3/bucket-cors.ts";
import { createS3Api } from "./s3/s3-api.ts";
import type { Shutdown } from "./shutdown.ts";
import { createSnsApi } from "./sns/sns-api.ts";
import type { StartedServices } from "./start-services.ts";

/** What answers, and what it answers from. */
interface Served extends Pick<StartedServices, "fauxqs" | "topics" | "lambda"> {
  readonly graph: Graph;
  readonly tables: Tables;
  readonly eventSources: EventSources;
  readonly environment: Readonly<Record<string, string>>;
  readonly shownGraph: unknown;
  readonly status: () => CloudStatus;
  readonly awaitIdle: (timeoutMs: number, signal: AbortSignal) => Promise<boolean>;
  readonly notice: (sentence: string) => void;
  readonly shutdown: Shutdown;
}

/** One handler for the APIs of all services. */
export function serveServices(served: Served): Handler {
  const { graph, tables, fauxqs, topics, lambda, eventSources, notice } = served;
  const { region, buckets, buses, rules, functions } = graph;
  const proxy = createDynamoDbProxy(tables);
  served.shutdown.on("proxy", () => proxy.stop());
  return dispatchTo({
    admin: createAdminApi({ ...served, schedules: eventSources.schedules }),
    lambda: (request, response) => lambda.handle(request, response),
    mappings: createMappingApi({ mappings: eventSources.mappings, tables, region }),
    logs: createLogsApi(createLogGroups({ functions, entries: lambda.logEntries, region })),
    dynamodb: tables === noTables ? refuseTables : (request, response) => proxy.handle(request, response),
    events: createEventBridgeApi({ buses, rules, events: eventSources.rules, notice }),
    scheduler: refuseScheduler,
    sns: createSnsApi({ store: fauxqs.sns, topics, region }),
    fauxqs: withBucketCors(buckets, createS3Api({ store: fauxqs.s3, region, next: fauxqs.handle })),
  });
}
