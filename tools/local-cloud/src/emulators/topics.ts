import type { FilterPolicy } from "../filters/sns-filter-policy.ts";
import type { MessageAttribute, SentAttributes } from "./queues.ts";

/** A message as its sender gives it. */
export interface TopicMessage {
  readonly body: string;
  readonly subject?: string | undefined;
  readonly attributes?: SentAttributes;
  /** Bodies for single protocols instead of `body` (SNS: Publish, `MessageStructure`). */
  readonly bodies?: Readonly<Partial<Record<SubscriptionProtocol, string>>>;
  /** The message group for queues that subscribe (Amazon SQS fair queues). */
  readonly groupId?: string | undefined;
}

/** A message as it goes out to the subscriptions of a topic. */
export interface PublishedMessage extends Omit<TopicMessage, "attributes"> {
  readonly messageId: string;
  readonly topicArn: string;
  /** ISO 8601 with milliseconds. */
  readonly time: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly signatureVersion: string;
}

/** To whom topics of the local cloud deliver. */
export type SubscriptionProtocol = "sqs" | "lambda";

/** Somebody who gets the messages of a topic. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: SubscriptionProtocol;
  /** ARN of the queue or function; it need not exist. */
  readonly endpoint: string;
  /** A queue gets the body alone, with the message's attributes as its own (SNS: raw message delivery). */
  readonly raw: boolean;
  readonly filter?: FilterPolicy;
  /** ARN of the queue for messages that cannot be delivered (SNS: dead-letter queues). */
  readonly deadLetterArn?: string;
}

/** The topics of the local cloud, in process. */
export interface Topics {
  /**
   * Publishes a message: when this returns its id, every subscription has it, or its dead-letter queue.
   * @throws UnknownTopic; what an endpoint throws that is there, but does not take it
   */
  publish(topicArn: string, message: TopicMessage): string;
  /** Delivers by `deliver` from now on, which is given each message and the topic's subscriptions. */
  deliverBy(deliver: (message: PublishedMessage, subscriptions: readonly Subscription[]) => void): void;
  /** Those of one topic, or all. */
  subscriptions(topicArn?: string): readonly Subscription[];
}

/** No topic of the local cloud has this ARN. */
export class UnknownTopic extends Error {
  readonly code = "UNKNOWN_TOPIC";
  readonly topicArn: string;
  constructor(topicArn: string) {
    super(`There is no topic ${topicArn} in the local cloud.`);
    this.name = "UnknownTopic";
    this.topicArn = topicArn;
  }
}
