import { randomUUID } from "node:crypto";
import type { SnsStore } from "fauxqs";
import { parseFilterPolicy, type FilterPolicy } from "../filters/sns-filter-policy.ts";
import type { SubscriptionDefinition, TopicDefinition } from "../graph/graph.ts";
import { readRedrivePolicy } from "../sns/subscription-attributes.ts";
import { asMessageAttributes } from "./queues.ts";
import { UnknownTopic, type PublishedMessage, type Subscription, type Topics } from "./topics.ts";

/** fauxqs' record of a subscription. */
export type StoredSubscription = NonNullable<ReturnType<SnsStore["getSubscription"]>>;

/** Marks the subscriptions of the graph among those that clients made. No attribute of SNS can have this name. */
const OF_GRAPH = "\n graph";

/**
 * The topics over fauxqs' topic store. Those of the graph are made, and its subscriptions brought up to date: one that the graph no
 * longer has is gone. Topics and subscriptions that clients made stay.
 */
export function createTopics(
  store: SnsStore,
  definitions: readonly TopicDefinition[],
  subscriptions: readonly SubscriptionDefinition[],
  region: string,
): Topics {
  for (const { name, attributes } of definitions) createTopic(store, name, attributes, region);
  for (const { arn, attributes } of store.subscriptions.values())
    if (attributes[OF_GRAPH] !== undefined) store.unsubscribe(arn);
  for (const { id, topicArn, protocol, endpoint, attributes } of subscriptions) {
    // A topic has one subscription for an endpoint; of two, the graph's is right.
    const other = findSubscription(store, { topicArn, protocol, endpoint });
    if (other !== undefined) store.unsubscribe(other.arn);
    addSubscription(store, {
      arn: `${topicArn}:${id}`,
      topicArn,
      protocol,
      endpoint,
      confirmed: true,
      attributes: { ...attributes, [OF_GRAPH]: "true" },
    });
  }

  const filters = new WeakMap<StoredSubscription, { readonly key: string; readonly filter: FilterPolicy }>();
  const filterOf = (stored: StoredSubscription): FilterPolicy | undefined => {
    const { FilterPolicy: text, FilterPolicyScope } = stored.attributes;
    if (text === undefined) return undefined;
    const scope = FilterPolicyScope === "MessageBody" ? "MessageBody" : "MessageAttributes";
    const key = `${scope} ${text}`;
    const known = filters.get(stored);
    if (known?.key === key) return known.filter;
    const filter = parseFilterPolicy(text, scope);
    filters.set(stored, { key, filter });
    return filter;
  };
  const read = (stored: StoredSubscription): Subscription => {
    const { arn, topicArn, protocol, endpoint, attributes } = stored;
    const filter = filterOf(stored);
    const redrive = attributes["RedrivePolicy"];
    return {
      arn,
      topicArn,
      protocol: protocol === "lambda" ? "lambda" : "sqs",
      endpoint,
      raw: attributes["RawMessageDelivery"] === "true",
      ...(filter !== undefined && { filter }),
      ...(redrive !== undefined && { deadLetterArn: readRedrivePolicy(redrive) }),
    };
  };

  let deliver: ((message: PublishedMessage, subscriptions: readonly Subscription[]) => void) | undefined;
  const ofTopic = (topicArn?: string): Subscription[] =>
    [...store.subscriptions.values()].filter((each) => topicArn === undefined || each.topicArn === topicArn).map(read);

  return {
    publish(topicArn, message) {
      const topic = store.getTopic(topicArn);
      if (topic === undefined) throw new UnknownTopic(topicArn);
      if (deliver === undefined) throw new Error("The topics of the local cloud do not deliver yet.");
      const messageId = randomUUID();
      const published: PublishedMessage = {
        ...message,
        attributes: asMessageAttributes(message.attributes),
        messageId,
        topicArn,
        time: new Date().toISOString(),
        signatureVersion: topic.attributes["SignatureVersion"] ?? "1",
      };
      deliver(published, ofTopic(topicArn));
      return messageId;
    },
    deliverBy(next) {
      deliver = next;
    },
    subscriptions: ofTopic,
  };
}

/** The subscription of an endpoint to a topic. */
export function findSubscription(
  store: SnsStore,
  { topicArn, protocol, endpoint }: Pick<StoredSubscription, "topicArn" | "protocol" | "endpoint">,
): StoredSubscription | undefined {
  return [...store.subscriptions.values()].find(
    (each) => each.topicArn === topicArn && each.protocol === protocol && each.endpoint === endpoint,
  );
}

/** Makes a topic, or gives one that is there the attributes of the graph. */
function createTopic(store: SnsStore, name: string, attributes: Record<string, string>, region: string): void {
  const topic = store.createTopic(name, undefined, undefined, region);
  Object.assign(topic.attributes, attributes);
  store.persistence?.insertTopic(topic);
}

/** Adds a subscription under the ARN that it has, or replaces the one of that ARN. */
export function addSubscription(store: SnsStore, subscription: StoredSubscription): void {
  const { arn, topicArn } = subscription;
  const topic = store.getTopic(topicArn);
  if (topic === undefined) throw new UnknownTopic(topicArn);
  store.subscriptions.set(arn, subscription);
  store.persistence?.insertSubscription(subscription);
  if (topic.subscriptionArns.includes(arn)) return;
  topic.subscriptionArns.push(arn);
  store.persistence?.updateTopicSubscriptionArns(topicArn, topic.subscriptionArns);
}

/** The attributes that SNS knows of a subscription. */
export function shownAttributes({ attributes }: StoredSubscription): Record<string, string> {
  const { [OF_GRAPH]: _mark, ...shown } = attributes;
  return shown;
}
