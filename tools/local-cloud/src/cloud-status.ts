import type { DynamoDbStatus } from "./emulators/supervised-dynamodb.ts";
import type { QueueDepth, Queues } from "./emulators/queues.ts";
import type { Topics } from "./emulators/topics.ts";
import type { EventSources } from "./event-sources/event-sources.ts";
import type { WebStatus } from "./event-sources/http/web-status.ts";
import type { ScheduleStatus } from "./event-sources/schedules/schedule-timers.ts";
import type { MappingStatus } from "./event-sources/mapping-status.ts";
import type { Faults } from "./faults/faults.ts";
import type { Graph } from "./graph/graph.ts";
import type { FunctionStatus, LambdaService } from "./lambda/lambda-service.ts";
import type { MetricTotal, MetricTotals } from "./lambda/logs/metric-totals.ts";

/** Figures of a running local cloud. */
export interface CloudStatus {
  readonly endpoint: string;
  readonly region: string;
  readonly queues: readonly (QueueDepth & {
    readonly name: string;
    readonly arn: string;
    /** How long the oldest message has been there, in flight or not; absent in an empty queue. */
    readonly oldestAgeMs?: number;
  })[];
  readonly topics: readonly { readonly name: string; readonly arn: string; readonly subscriptions: number }[];
  /** Event buses, the default one first. */
  readonly buses: readonly { readonly name: string; readonly arn: string; readonly rules: number }[];
  readonly schedules: readonly ScheduleStatus[];
  readonly functions: readonly FunctionStatus[];
  readonly mappings: readonly MappingStatus[];
  /** Function URLs and HTTP APIs. */
  readonly web: readonly WebStatus[];
  /** What the functions counted and measured in their log lines (embedded metric format), since the boot. */
  readonly metrics: readonly MetricTotal[];
  /** Whether DynamoDB Local answers; absent where it was started by somebody else. */
  readonly dynamodb?: DynamoDbStatus;
  /** How often each fault on demand has happened; absent where none was asked for. */
  readonly faults?: Readonly<Record<string, number>>;
}

/** What a status is read from. */
export interface StatusSources {
  readonly endpoint: string;
  readonly graph: Pick<Graph, "region" | "queues" | "topics" | "buses" | "rules">;
  readonly queues: Pick<Queues, "depth" | "oldestSentAt">;
  readonly topics: Pick<Topics, "subscriptions">;
  readonly lambda: Pick<LambdaService, "status">;
  readonly eventSources: Pick<EventSources, "status" | "schedules">;
  readonly web: () => readonly WebStatus[];
  readonly metrics: Pick<MetricTotals, "totals">;
  readonly dynamodb: () => DynamoDbStatus | undefined;
  readonly faults: Pick<Faults, "counts">;
}

/** The status at this moment. */
export function readStatus(sources: StatusSources): CloudStatus {
  const { graph, queues, topics, lambda, eventSources, faults } = sources;
  const dynamodb = sources.dynamodb();
  return {
    endpoint: sources.endpoint,
    region: graph.region,
    queues: graph.queues.map(({ name, arn }) => ({ name, arn, ...queues.depth(arn), ...ageIn(queues, arn) })),
    topics: graph.topics.map(({ name, arn }) => ({ name, arn, subscriptions: topics.subscriptions(arn).length })),
    buses: graph.buses.map(({ name, arn }) => ({
      name,
      arn,
      rules: graph.rules.filter(({ busName }) => busName === name).length,
    })),
    schedules: eventSources.schedules.schedules(),
    functions: lambda.status(),
    mappings: eventSources.status(),
    web: sources.web(),
    metrics: sources.metrics.totals(),
    ...(dynamodb !== undefined && { dynamodb }),
    ...(faults.counts !== undefined && { faults: faults.counts }),
  };
}

function ageIn(queues: StatusSources["queues"], arn: string): { readonly oldestAgeMs?: number } {
  const sentAt = queues.oldestSentAt(arn);
  return sentAt === undefined ? {} : { oldestAgeMs: Math.max(0, Date.now() - sentAt) };
}
