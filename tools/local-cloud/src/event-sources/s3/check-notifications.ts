import { isFifoQueue } from "../../emulators/queues.ts";
import { InvalidGraph } from "../../graph/invalid-graph.ts";
import type { Graph, NotificationDefinition } from "../../graph/graph.ts";
import { functionNameOf } from "../../graph/function-name.ts";

/**
 * Checks bucket notifications as PutBucketNotificationConfiguration does (AWS: notification-how-to-event-types-and-destinations,
 * notification-how-to-filtering): targets that are not there, FIFO queues, rules of one bucket that cover the same event of a key.
 * @throws InvalidGraph
 */
export function checkNotifications(
  notifications: readonly NotificationDefinition[],
  { functions, queues, topics }: Pick<Graph, "functions" | "queues" | "topics">,
): void {
  const refuse = (rule: NotificationDefinition, problem: string) =>
    new InvalidGraph(rule.bucket, `the notification ${rule.id} is refused: ${problem}`);
  for (const [index, rule] of notifications.entries()) {
    const { targetArn } = rule;
    const queue = queues.find(({ arn }) => arn === targetArn);
    const isThere =
      queue !== undefined ||
      topics.some(({ arn }) => arn === targetArn) ||
      (targetArn.includes(":lambda:") && functions.some(({ name }) => name === functionNameOf(targetArn)));
    if (!isThere)
      throw refuse(rule, `Unable to validate the following destination configurations (${targetArn} does not exist)`);
    if (isFifoQueue(targetArn)) throw refuse(rule, `${targetArn} is a FIFO queue, to which S3 does not send.`);
    const other = notifications.slice(0, index).find((each) => overlap(each, rule));
    if (other === undefined) continue;
    throw refuse(
      rule,
      `it covers events and keys that ${other.id} covers. Configurations on the same bucket cannot share a common event type, unless their prefixes or suffixes keep them apart.`,
    );
  }
}

function overlap(a: NotificationDefinition, b: NotificationDefinition): boolean {
  return (
    a.bucket === b.bucket &&
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix)) &&
    a.events.some((event) => b.events.some((other) => covers(event, other) || covers(other, event)))
  );
}

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`. */
const covers = (event: string, other: string): boolean =>
  event === other || (event.endsWith(":*") && other.startsWith(event.slice(0, -1)));
