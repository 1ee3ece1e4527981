import type { DatabaseSync } from "node:sqlite";
import type { Buckets } from "../emulators/buckets.ts";
import type { TablesService } from "../emulators/dynamodb.ts";
import type { Queues } from "../emulators/queues.ts";
import type { Topics } from "../emulators/topics.ts";
import type {
  MappingDefinition,
  NotificationDefinition,
  QueueDefinition,
  RuleDefinition,
  ScheduleDefinition,
} from "../graph/graph.ts";
import type { KeptFigures } from "../kept-figures.ts";
import type { LambdaService } from "../lambda/lambda-service.ts";
import type { EventSource } from "./event-source.ts";
import { createDeliveries } from "./deliveries/deliveries.ts";
import { createEventRules, type EventRules } from "./event-bridge/event-rules.ts";
import type { MappingCounters, MappingStatus } from "./mapping-status.ts";
import { createMappingSwitches } from "./mapping-switches.ts";
import { createBucketEvents } from "./event-bridge/bucket-events.ts";
import { ruleSchedules } from "./schedules/rule-schedules.ts";
import { createScheduleTimers, type ScheduleTimers } from "./schedules/schedule-timers.ts";
import { createScheduler } from "./schedules/scheduler.ts";
import { createS3Notifications } from "./s3/s3-notifications.ts";
import { createTopicSubscriptions } from "./sns/topic-subscriptions.ts";
import { createSqsMapping } from "./sqs/sqs-mapping.ts";
import { createStreamCheckpoints } from "./stream/stream-checkpoints.ts";
import { createStreamMapping } from "./stream/stream-mapping.ts";
import { createSwitchedMapping, type SwitchedMapping } from "./switched-mapping.ts";

/** What the event sources work with: the graph's parts, and the services they stand between. */
export interface EventSourcesOptions {
  readonly notifications: readonly NotificationDefinition[];
  /** Names of the buckets that send their events to the default bus. */
  readonly bucketsOnBus: readonly string[];
  /** Checked already, by `checkRules`. */
  readonly rules: readonly RuleDefinition[];
  /** Checked already, by `checkSchedules`. */
  readonly schedules: readonly ScheduleDefinition[];
  /** Checked already, by `checkMappings`. */
  readonly mappings: readonly MappingDefinition[];
  readonly queueDefinitions: readonly Pick<QueueDefinition, "arn" | "visibilityTimeoutSeconds">[];
  readonly lambda: Pick<LambdaService, "invoke" | "invokeAsync">;
  readonly queues: Queues;
  readonly buckets: Buckets;
  readonly topics: Topics;
  readonly tables: TablesService;
  /** Checkpoints of the streams, switches of the mappings, deliveries, beginnings of schedules and configurations of buckets are kept here. */
  readonly state: DatabaseSync;
  /** Factor on batching windows, retry waits, record ages and rates; 1 is AWS's. */
  readonly timeScale: number;
  readonly region: string;
  /** Of the endpoint. */
  readonly origin: string;
  /** Keeps what the mappings count. */
  readonly figures?: KeptFigures;
}

/** Everything that gives events to functions. */
export interface EventSources {
  /** Resolves when no object, message or record from now on can be missed. */
  start(): Promise<void>;
  /** The graph's mappings, disabled ones too. */
  readonly mappings: readonly SwitchedMapping[];
  /** Where events are put on buses. */
  readonly rules: EventRules;
  /** The schedules of rules and of EventBridge Scheduler. */
  readonly schedules: ScheduleTimers;
  /** True when no event is being handled and none that was written is left to read; disabled mappings read none. */
  idle(): boolean;
  status(): MappingStatus[];
  /** Ends every poll, waits up to 2 s for invocations in flight, leaves no timer. */
  stop(): Promise<void>;
}

/** The event sources of the graph: bucket notifications, topic subscriptions, rules of buses, schedules, queue mappings, stream mappings. */
export function createEventSources(options: EventSourcesOptions): EventSources {
  const checkpoints = createStreamCheckpoints(options.state);
  const switches = createMappingSwitches(options.state);

  function create(mapping: MappingDefinition, counters: MappingCounters): EventSource {
    if (mapping.kind === "dynamodb")
      return createStreamMapping({ ...options, mapping, counters, checkpoints: checkpoints.of(mapping.uuid) });
    const queue = options.queueDefinitions.find(({ arn }) => arn === mapping.eventSourceArn);
    // checkMappings has refused mappings of unknown queues.
    const visibilityTimeoutSeconds = queue?.visibilityTimeoutSeconds ?? 0;
    return createSqsMapping({ ...options, mapping, counters, visibilityTimeoutSeconds });
  }

  const mappings = options.mappings.map((mapping) =>
    createSwitchedMapping(mapping, switches.of(mapping), (counters) => create(mapping, counters)),
  );
  for (const { definition, counters } of mappings) options.figures?.keep(`mapping ${definition.uuid}`, counters);
  const deliveries = createDeliveries(options);
  const rules = createEventRules({ ...options, deliveries });
  const scheduler = createScheduler({ ...options, deliveries, rules });
  const { timeScale } = options;
  const schedules = createScheduleTimers([
    ...ruleSchedules({ rules: options.rules, events: rules, timeScale }),
    ...scheduler.schedules,
  ]);
  // Topics come first: buckets publish to them as soon as they start.
  const sources: readonly EventSource[] = [
    createTopicSubscriptions(options),
    deliveries,
    createS3Notifications(options),
    createBucketEvents({ ...options, rules }),
    schedules,
    ...mappings,
  ];
  return {
    mappings,
    rules,
    schedules,
    async start() {
      await Promise.all(sources.map((source) => source.start()));
    },
    idle: () => sources.every((source) => source.idle()),
    status: () => [...sources.flatMap((source) => source.status()), ...rules.status(), ...scheduler.status()],
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}
