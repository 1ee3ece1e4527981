import type { SnsStore } from "fauxqs";
import { escapeXml } from "../endpoint/escape-xml.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { required, requiredArn, type Parameters } from "./parameters.ts";
import { SnsError, invalidParameter, notImplemented, topicNotFound } from "./sns-error.ts";

type Topic = NonNullable<ReturnType<SnsStore["getTopic"]>>;

/** Attributes that are kept, and mean nothing more here than to whoever reads them: nobody checks rights, or calls HTTP endpoints. */
const KEPT = new Set(["DisplayName", "Policy", "DeliveryPolicy", "SignatureVersion"]);
/** Others that SNS has (SNS: SetTopicAttributes, CreateTopic). */
const NOT_SERVED =
  /^(TracingConfig|KmsMasterKeyId|ArchivePolicy|DataProtectionPolicy|FifoThroughputScope|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedback(RoleArn|SampleRate)|FailureFeedbackRoleArn))$/;

/** @throws SnsError where there is no such topic, or the ARN is none of this region */
export function findTopic(parameters: Parameters, store: SnsStore, region: string, name = "TopicArn"): Topic {
  const topic = store.getTopic(requiredArn(parameters, name, region));
  if (topic === undefined) throw topicNotFound();
  return topic;
}

/** CreateTopic: makes a standard topic, or finds the one of this name. */
export function createTopic(parameters: Parameters, store: SnsStore, region: string): string {
  const name = required(parameters, "Name");
  const attributes = parameters.pairs("Attributes.entry");
  // What says that a standard topic is meant says nothing more.
  if (attributes.get("FifoTopic") === "false") attributes.delete("FifoTopic");
  if (attributes.has("FifoTopic")) throw notImplemented("A FIFO topic");
  if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter("Topic Name");
  for (const [attribute, value] of attributes) checkAttribute(attribute, value, "Attributes Reason: ");
  const tags = parameters.pairs("Tags.member", ["Key", "Value"]);
  const topic = asSnsError(() =>
    store.createTopic(name, Object.fromEntries(attributes), Object.fromEntries(tags), region),
  );
  // fauxqs merges what is new into a topic that is there, and does not write it down.
  store.persistence?.insertTopic(topic);
  return `<TopicArn>${topic.arn}</TopicArn>`;
}

/** fauxqs' error of its own type. */
function asSnsError<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === "SnsError" && "code" in error)
      throw new SnsError(400, String(error.code), error.message, { cause: error });
    throw error;
  }
}

function checkAttribute(name: string, value: string, where = ""): void {
  if (NOT_SERVED.test(name)) throw notImplemented(`The topic attribute ${name}`);
  if (!KEPT.has(name)) throw invalidParameter(where === "" ? "AttributeName" : `${where}Unknown attribute ${name}`);
  if (name === "SignatureVersion" && !/^[12]$/.test(value))
    throw invalidParameter(`${where}SignatureVersion: Invalid value [${value}].`);
}

/** DeleteTopic: also where there is none. */
export function deleteTopic(parameters: Parameters, store: SnsStore, region: string): string {
  store.deleteTopic(requiredArn(parameters, "TopicArn", region));
  return "";
}

export function listTopics(parameters: Parameters, store: SnsStore): string {
  const { topics, nextToken } = store.listTopics(parameters.get("NextToken"));
  const members = topics.map(({ arn }) => `<member><TopicArn>${arn}</TopicArn></member>`);
  return `<Topics>${members.join("")}</Topics>${nextTokenOf(nextToken)}`;
}

export const nextTokenOf = (token: string | undefined): string =>
  token === undefined ? "" : `<NextToken>${escapeXml(token)}</NextToken>`;

export function getTopicAttributes(parameters: Parameters, store: SnsStore, region: string): string {
  const topic = findTopic(parameters, store, region);
  return attributesXml({
    TopicArn: topic.arn,
    Owner: LOCAL_ACCOUNT,
    DisplayName: "",
    Policy: defaultPolicy(topic.arn),
    EffectiveDeliveryPolicy: DELIVERY_POLICY,
    SubscriptionsConfirmed: String(topic.subscriptionArns.length),
    SubscriptionsPending: "0",
    SubscriptionsDeleted: "0",
    ...topic.attributes,
  });
}

export function attributesXml(attributes: Readonly<Record<string, string>>): string {
  const entries = Object.entries(attributes).map(
    ([key, value]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(value)}</value></entry>`,
  );
  return `<Attributes>${entries.join("")}</Attributes>`;
}

/** What SNS gives a topic that was made without one: its owner may do everything (recorded). */
function defaultPolicy(arn: string): string {
  const actions =
    "GetTopicAttributes SetTopicAttributes AddPermission RemovePermission DeleteTopic Subscribe ListSubscriptionsByTopic Publish";
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: actions.split(" ").map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": LOCAL_ACCOUNT } },
      },
    ],
  });
}

/** SNS's own, for HTTP endpoints (recorded). */
const DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: "linear",
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
  },
});

export function setTopicAttributes(parameters: Parameters, store: SnsStore, region: string): string {
  const topic = findTopic(parameters, store, region);
  const [name, value] = [required(parameters, "AttributeName"), parameters.get("AttributeValue") ?? ""];
  checkAttribute(name, value);
  topic.attributes[name] = value;
  store.persistence?.updateTopicAttributes(topic.arn, topic.attributes);
  return "";
}

export function tagResource(parameters: Parameters, store: SnsStore, region: string): string {
  const topic = findTopic(parameters, store, region, "ResourceArn");
  for (const [key, value] of parameters.pairs("Tags.member", ["Key", "Value"])) topic.tags.set(key, value);
  store.persistence?.insertTopic(topic);
  return "";
}

export function untagResource(parameters: Parameters, store: SnsStore, region: string): string {
  const topic = findTopic(parameters, store, region, "ResourceArn");
  for (const key of parameters.list("TagKeys.member")) topic.tags.delete(key.get("") ?? "");
  store.persistence?.insertTopic(topic);
  return "";
}

export function listTagsForResource(parameters: Parameters, store: SnsStore, region: string): string {
  const { tags } = findTopic(parameters, store, region, "ResourceArn");
  const members = [...tags].map(
    ([key, value]) => `<member><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></member>`,
  );
  return `<Tags>${members.join("")}</Tags>`;
}
