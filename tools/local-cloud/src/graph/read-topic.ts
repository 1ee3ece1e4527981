import type * as v from "valibot";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { InvalidSubscriptionAttribute, checkSubscriptionAttributes } from "../sns/subscription-attributes.ts";
import { InvalidGraph } from "./invalid-graph.ts";
import { uuidOf } from "./resource-uuid.ts";
import type { topicInputs, topicSubscriptionInputs } from "./graph-resources.ts";
import type { SubscriptionDefinition, TopicDefinition } from "./graph.ts";

/**
 * Reads a topic.
 * @throws InvalidGraph for a FIFO topic
 */
export function readTopic(
  value: v.InferOutput<typeof topicInputs>,
  component: string,
  region: string,
): TopicDefinition {
  if (value.fifoTopic === true || value.name.endsWith(".fifo"))
    throw new InvalidGraph(component, `${value.name} is a FIFO topic, which the local cloud does not have.`);
  return {
    name: value.name,
    arn: `arn:aws:sns:${region}:${LOCAL_ACCOUNT}:${value.name}`,
    component,
    attributes: {
      ...(value.displayName != null && { DisplayName: value.displayName }),
      ...(value.signatureVersion != null && { SignatureVersion: String(value.signatureVersion) }),
    },
  };
}

/**
 * Reads a topic's subscription. One of another protocol than `sqs` and `lambda` is read, too: whoever boots says that it is not run.
 * @throws InvalidGraph where SNS would refuse one of its attributes
 */
export function readSubscription(
  value: v.InferOutput<typeof topicSubscriptionInputs>,
  resource: string,
): SubscriptionDefinition {
  const attributes = {
    ...(value.rawMessageDelivery === true && { RawMessageDelivery: "true" }),
    ...(value.filterPolicy && { FilterPolicy: value.filterPolicy }),
    ...(value.filterPolicyScope && { FilterPolicyScope: value.filterPolicyScope }),
    ...(value.redrivePolicy && { RedrivePolicy: value.redrivePolicy }),
  };
  if (value.protocol === "sqs" || value.protocol === "lambda") {
    try {
      checkSubscriptionAttributes(value.protocol, attributes);
    } catch (cause) {
      if (!(cause instanceof InvalidSubscriptionAttribute)) throw cause;
      throw new InvalidGraph(resource, `Invalid parameter: ${cause.message}`, { cause });
    }
  }
  return {
    id: uuidOf(resource),
    topicArn: value.topic,
    protocol: value.protocol,
    endpoint: value.endpoint,
    attributes,
  };
}
