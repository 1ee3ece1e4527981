import type { DatabaseSync } from "node:sqlite";
import type { Buckets, ObjectChange } from "../../emulators/buckets.ts";
import type { Queues } from "../../emulators/queues.ts";
import type { Topics } from "../../emulators/topics.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { NotificationDefinition } from "../../graph/graph.ts";
import type { KeptFigures } from "../../kept-figures.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import { targetName } from "../deliveries/delivery-target.ts";
import type { EventSource } from "../event-source.ts";
import { newCounters } from "../mapping-status.ts";
import { createTestEvents } from "./test-events.ts";
import { objectEvent, objectEventName } from "./object-event.ts";

/** Where rules lead. */
export interface NotificationTargets {
  readonly lambda: Pick<LambdaService, "invokeAsync">;
  readonly queues: Pick<Queues, "send">;
  readonly topics: Pick<Topics, "publish">;
}

/** The subject of what S3 publishes to topics (recorded). */
const SUBJECT = "Amazon S3 Notification";

/**
 * True when a notification's rule covers a change: one of its events (`s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, …)
 * and its prefix and suffix, compared with the key as stored (AWS: notification-how-to-filtering).
 */
export function matchesNotification(rule: NotificationDefinition, change: ObjectChange): boolean {
  if (rule.bucket !== change.bucket) return false;
  if (!change.key.startsWith(rule.prefix) || !change.key.endsWith(rule.suffix)) return false;
  const name = `s3:${objectEventName(change.kind)}`;
  return rule.events.some((event) => (event.endsWith(":*") ? name.startsWith(event.slice(0, -1)) : name === event));
}

/**
 * Tells functions (asynchronously), queues and topics of the changes of objects. What becomes of an event from there (queue, retries,
 * destinations) is its target's business, so this source is always idle.
 */
export function createS3Notifications(
  options: NotificationTargets & {
    readonly notifications: readonly NotificationDefinition[];
    readonly buckets: Pick<Buckets, "onChange">;
    /** Remembers who got a test event. */
    readonly state: DatabaseSync;
    readonly region: string;
    readonly figures?: KeptFigures;
  },
): EventSource {
  const rules = options.notifications.map((rule) => ({ rule, counters: newCounters() }));
  for (const { rule, counters } of rules) options.figures?.keep(`notification ${rule.bucket} ${rule.id}`, counters);
  let unsubscribe: (() => void) | undefined;

  /** A test event goes to queues and topics alone, and needs no bucket. */
  function send(targetArn: string, event: string, bucket = ""): void {
    const service = targetArn.split(":")[2];
    if (service === "sqs") options.queues.send(targetArn, { body: event });
    else if (service === "sns") options.topics.publish(targetArn, { body: event, subject: SUBJECT });
    else options.lambda.invokeAsync(functionNameOf(targetArn), event, { kind: "s3", name: bucket, records: 1 });
  }

  function notify(change: ObjectChange): void {
    for (const { rule, counters } of rules) {
      if (!matchesNotification(rule, change)) continue;
      counters.batches += 1;
      counters.records += 1;
      try {
        send(rule.targetArn, objectEvent(change, rule.id, options.region), rule.bucket);
        counters.problem = undefined;
      } catch (error) {
        // The object is stored whatever becomes of its notification, so whoever wrote it must not get this error.
        counters.failures += 1;
        counters.problem = `${rule.targetArn} cannot be told of objects in ${rule.bucket}: ${String(error)}`;
      }
    }
  }

  return {
    async start() {
      createTestEvents(options.state).send(options.notifications, send);
      unsubscribe = options.buckets.onChange(notify);
    },
    idle: () => true,
    status: () =>
      rules.map(({ rule, counters }) => ({
        uuid: rule.id,
        source: rule.bucket,
        target: targetName(rule.targetArn),
        kind: "s3",
        ...counters,
      })),
    async stop() {
      unsubscribe?.();
    },
  };
}
