import { UnknownQueue, type Queues } from "../../emulators/queues.ts";
import type { PublishedMessage, Subscription, Topics } from "../../emulators/topics.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { KeptFigures } from "../../kept-figures.ts";
import { FunctionNotFound } from "../../lambda/invocation.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import type { EventSource } from "../event-source.ts";
import { newCounters, type MappingCounters } from "../mapping-status.ts";
import { bodyFor, functionNotification, queueNotification } from "./notification.ts";

/**
 * Delivers what is published to the queues and functions that subscribe (AWS: sns-message-delivery-retries, with-sns). A function is
 * invoked asynchronously: its retries and destinations are its own. Everything is delivered before Publish is answered, so this
 * source is always idle.
 *
 * An endpoint that is not there is a client-side error, which SNS does not retry: the message goes to the subscription's dead-letter
 * queue, or is gone where there is none.
 */
export function createTopicSubscriptions(options: {
  readonly topics: Topics;
  readonly queues: Pick<Queues, "send">;
  readonly lambda: Pick<LambdaService, "invokeAsync">;
  readonly origin: string;
  readonly region: string;
  readonly figures?: KeptFigures;
}): EventSource {
  const { topics, queues, lambda } = options;
  const counted = new Map<string, MappingCounters>();

  function countersOf({ arn }: Subscription): MappingCounters {
    const known = counted.get(arn);
    if (known !== undefined) return known;
    const counters = newCounters();
    options.figures?.keep(`subscription ${arn}`, counters);
    counted.set(arn, counters);
    return counters;
  }

  function send(message: PublishedMessage, subscription: Subscription, queueArn: string): void {
    const { attributes, groupId } = message;
    if (subscription.raw) queues.send(queueArn, { body: bodyFor(subscription, message), attributes, groupId });
    else queues.send(queueArn, { body: queueNotification(message, subscription, options), groupId });
  }

  function deliver(message: PublishedMessage, subscription: Subscription): void {
    const { endpoint, protocol } = subscription;
    if (protocol === "sqs") send(message, subscription, endpoint);
    else {
      const source = { kind: "sns", name: subscription.topicArn, records: 1 } as const;
      lambda.invokeAsync(functionNameOf(endpoint), functionNotification(message, subscription, options), source);
    }
  }

  function deliverOrPark(message: PublishedMessage, subscription: Subscription): void {
    const counters = countersOf(subscription);
    counters.batches += 1;
    counters.records += 1;
    try {
      deliver(message, subscription);
      counters.problem = undefined;
    } catch (error) {
      counters.failures += 1;
      if (!isGone(error)) throw error;
      counters.problem = `${subscription.endpoint} is not there, and ${subscription.topicArn} delivers to it.`;
      if (subscription.deadLetterArn === undefined) counters.discarded += 1;
      else park(message, subscription, subscription.deadLetterArn, counters);
    }
  }

  function park(
    message: PublishedMessage,
    subscription: Subscription,
    queueArn: string,
    counters: MappingCounters,
  ): void {
    try {
      send(message, subscription, queueArn);
    } catch (error) {
      if (!isGone(error)) throw error;
      counters.discarded += 1;
      counters.problem += ` Its dead-letter queue ${queueArn} is not there either.`;
    }
  }

  return {
    async start() {
      topics.deliverBy((message, subscriptions) => {
        for (const subscription of subscriptions) {
          const { body, attributes } = { body: bodyFor(subscription, message), attributes: message.attributes };
          if (subscription.filter?.accepts({ body, attributes }) === false) continue;
          deliverOrPark(message, subscription);
        }
      });
    },
    idle: () => true,
    status: () =>
      topics.subscriptions().map((subscription) => ({
        uuid: subscription.arn,
        source: subscription.topicArn,
        target: targetName(subscription),
        kind: "sns" as const,
        ...countersOf(subscription),
      })),
    // Delivers on: what is still published while the local cloud ends must not be lost.
    async stop() {},
  };
}

const isGone = (error: unknown): boolean => error instanceof UnknownQueue || error instanceof FunctionNotFound;

const targetName = ({ protocol, endpoint }: Subscription): string =>
  protocol === "lambda" ? functionNameOf(endpoint) : endpoint;
