import { isFifoQueue } from "../../emulators/queues.ts";
import { InvalidGraph } from "../../graph/invalid-graph.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { Graph, SubscriptionDefinition } from "../../graph/graph.ts";
import { readRedrivePolicy } from "../../sns/subscription-attributes.ts";

/** Whether the local cloud delivers to it. */
export const isRun = ({ protocol }: SubscriptionDefinition): boolean => protocol === "sqs" || protocol === "lambda";

/**
 * Checks that topics, endpoints and dead-letter queues of subscriptions are there. `notice` is told of subscriptions that are not run.
 * @throws InvalidGraph
 */
export function checkSubscriptions(
  { subscriptions, topics, queues, functions }: Pick<Graph, "subscriptions" | "topics" | "queues" | "functions">,
  notice: (sentence: string) => void,
): void {
  for (const subscription of subscriptions) {
    const { topicArn, protocol, endpoint, attributes } = subscription;
    const refuse = (problem: string) =>
      new InvalidGraph(topicArn, `its subscription of ${endpoint} is refused: ${problem}`);
    if (!topics.some(({ arn }) => arn === topicArn)) throw refuse("there is no such topic.");
    if (!isRun(subscription)) {
      notice(
        `${topicArn} does not deliver to ${endpoint} (${protocol}): local topics deliver to queues and functions.`,
      );
      continue;
    }
    const queue = queues.find(({ arn }) => arn === endpoint);
    if (protocol === "sqs" && isFifoQueue(endpoint))
      throw refuse("FIFO SQS Queues can not be subscribed to standard SNS topics");
    const isThere =
      protocol === "sqs" ? queue !== undefined : functions.some(({ name }) => name === functionNameOf(endpoint));
    if (!isThere) throw refuse(`there is no such ${protocol === "sqs" ? "queue" : "function"}.`);
    const { RedrivePolicy } = attributes;
    const deadLetterArn = RedrivePolicy === undefined ? undefined : readRedrivePolicy(RedrivePolicy);
    if (deadLetterArn !== undefined && !queues.some(({ arn }) => arn === deadLetterArn))
      throw refuse(`there is no queue ${deadLetterArn} for its dead letters.`);
  }
}
