import type { Buckets, ObjectChange } from "../../emulators/buckets.ts";
import type { NotificationDefinition } from "../../graph/graph.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import type { EventSource } from "../event-source.ts";
import { newCounters } from "../mapping-status.ts";
import { objectEvent, objectEventName } from "./object-event.ts";

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
 * Invokes functions asynchronously for the changes of objects. What happens to the event from there (queue, retries,
 * destinations) is the asynchronous invocation's business, so this source is always idle.
 */
export function createS3Notifications(options: {
  readonly notifications: readonly NotificationDefinition[];
  readonly buckets: Pick<Buckets, "onChange">;
  readonly lambda: Pick<LambdaService, "invokeAsync">;
  readonly region: string;
}): EventSource {
  const rules = options.notifications.map((rule) => ({ rule, counters: newCounters() }));
  let unsubscribe: (() => void) | undefined;

  function notify(change: ObjectChange): void {
    for (const { rule, counters } of rules) {
      if (!matchesNotification(rule, change)) continue;
      counters.batches += 1;
      counters.records += 1;
      try {
        options.lambda.invokeAsync(rule.functionName, objectEvent(change, rule.id, options.region));
        counters.problem = undefined;
      } catch (error) {
        // The object is stored whatever becomes of its notification, so whoever wrote it must not get this error.
        counters.failures += 1;
        counters.problem = `${rule.functionName} cannot be invoked: ${String(error)}`;
      }
    }
  }

  return {
    async start() {
      unsubscribe = options.buckets.onChange(notify);
    },
    idle: () => true,
    status: () =>
      rules.map(({ rule, counters }) => ({
        uuid: rule.id,
        source: rule.bucket,
        function: rule.functionName,
        kind: "s3",
        ...counters,
      })),
    async stop() {
      unsubscribe?.();
    },
  };
}
