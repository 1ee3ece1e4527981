import type { DynamoDbStatus } from "./emulators/supervised-dynamodb.ts";
import type { QueueDepth } from "./emulators/queues.ts";
import type { WebStatus } from "./event-sources/http/web-status.ts";
import type { ScheduleStatus } from "./event-sources/event-bridge/rule-schedules.ts";
import type { MappingStatus } from "./event-sources/mapping-status.ts";
import type { FunctionStatus } from "./lambda/lambda-service.ts";
import type { MetricTotal } from "./lambda/logs/metric-totals.ts";

/** Figures of a running local cloud. */
export interface CloudStatus {
  readonly endpoint: string;
  readonly region: string;
  readonly queues: readonly (QueueDepth & { readonly name: string; readonly arn: string })[];
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
