import { randomUUID } from "node:crypto";
import type { SnsStore } from "fauxqs";
import {
  addSubscription,
  findSubscription,
  shownAttributes,
  type StoredSubscription,
} from "../emulators/fauxqs-topics.ts";
import { escapeXml } from "../endpoint/escape-xml.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { required, requiredArn, type Parameters } from "./parameters.ts";
import { SnsError, invalidParameter, notImplemented } from "./sns-error.ts";
import { InvalidSubscriptionAttribute, checkSubscriptionAttributes } from "./subscription-attributes.ts";
import { attributesXml, findTopic, nextTokenOf } from "./topic-actions.ts";

/** What SNS delivers to besides queues and functions. */
const OTHER_PROTOCOLS = new Set(["http", "https", "email", "email-json", "sms", "application", "firehose"]);
const ENDPOINTS: Readonly<Record<string, readonly [pattern: RegExp, what: string]>> = {
  sqs: [/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+$/, "SQS endpoint ARN"],
  lambda: [/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w$:-]+$/, "Lambda endpoint ARN"],
};

/** Subscribe: a queue or function, which need not exist (recorded). The same endpoint again gives the same ARN. */
export function subscribe(parameters: Parameters, store: SnsStore, region: string): string {
  const [protocol, topicArn] = [required(parameters, "Protocol"), requiredArn(parameters, "TopicArn", region)];
  const endpoint = required(parameters, "Endpoint");
  checkEndpoint(protocol, endpoint);
  findTopic(parameters, store, region);
  const attributes = Object.fromEntries(parameters.pairs("Attributes.entry"));
  check(protocol, attributes, "Attributes Reason: ");
  const existing = findSubscription(store, { topicArn, protocol, endpoint });
  if (existing !== undefined) {
    const differs = Object.entries(attributes).some(([name, value]) => existing.attributes[name] !== value);
    if (differs) throw invalidParameter("Attributes Reason: Subscription already exists with different attributes");
    return arnXml(existing.arn);
  }
  const arn = `${topicArn}:${randomUUID()}`;
  addSubscription(store, { arn, topicArn, protocol, endpoint, confirmed: true, attributes });
  return arnXml(arn);
}

const arnXml = (arn: string): string => `<SubscriptionArn>${arn}</SubscriptionArn>`;

function checkEndpoint(protocol: string, endpoint: string): void {
  if (OTHER_PROTOCOLS.has(protocol)) throw notImplemented(`A subscription with the protocol ${protocol}`);
  const known = ENDPOINTS[protocol];
  if (known === undefined) throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  const [pattern, what] = known;
  if (!pattern.test(endpoint)) throw invalidParameter(what);
  if (protocol === "sqs" && endpoint.endsWith(".fifo"))
    throw invalidParameter(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    );
}

function check(protocol: string, attributes: Readonly<Record<string, string>>, where = ""): void {
  try {
    checkSubscriptionAttributes(protocol, attributes);
  } catch (error) {
    if (!(error instanceof InvalidSubscriptionAttribute)) throw error;
    if (error.kind === "not implemented") throw notImplemented(`The subscription attribute ${error.message}`);
    if (error.kind === "unknown name")
      throw invalidParameter(where === "" ? "AttributeName" : `${where}Unknown attribute ${error.message}`);
    throw invalidParameter(`${where}${error.message}`);
  }
}

/** Unsubscribe: also where there is no such subscription (recorded). */
export function unsubscribe(parameters: Parameters, store: SnsStore, region: string): string {
  const arn = requiredArn(parameters, "SubscriptionArn", region);
  if (!/:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(arn)) throw invalidParameter("SubscriptionId");
  store.unsubscribe(arn);
  return "";
}

export function listSubscriptions(parameters: Parameters, store: SnsStore): string {
  return listXml(store.listSubscriptions(parameters.get("NextToken")));
}

export function listSubscriptionsByTopic(parameters: Parameters, store: SnsStore, region: string): string {
  const { arn } = findTopic(parameters, store, region);
  return listXml(store.listSubscriptionsByTopic(arn, parameters.get("NextToken")));
}

function listXml({ subscriptions, nextToken }: ReturnType<SnsStore["listSubscriptions"]>): string {
  const members = subscriptions.map(({ arn, topicArn, protocol, endpoint }) => {
    const fields = {
      SubscriptionArn: arn,
      Owner: LOCAL_ACCOUNT,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topicArn,
    };
    const xml = Object.entries(fields).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
    return `<member>${xml.join("")}</member>`;
  });
  return `<Subscriptions>${members.join("")}</Subscriptions>${nextTokenOf(nextToken)}`;
}

export function getSubscriptionAttributes(parameters: Parameters, store: SnsStore, region: string): string {
  const found = find(parameters, store, region);
  const attributes = shownAttributes(found);
  const hasFilter = attributes["FilterPolicy"] !== undefined;
  return attributesXml({
    SubscriptionArn: found.arn,
    TopicArn: found.topicArn,
    Protocol: found.protocol,
    Endpoint: found.endpoint,
    Owner: LOCAL_ACCOUNT,
    ConfirmationWasAuthenticated: "true",
    PendingConfirmation: "false",
    SubscriptionPrincipal: `arn:aws:iam::${LOCAL_ACCOUNT}:user/doorbell`,
    RawMessageDelivery: "false",
    ...(hasFilter && { FilterPolicyScope: "MessageAttributes" }),
    ...attributes,
  });
}

export function setSubscriptionAttributes(parameters: Parameters, store: SnsStore, region: string): string {
  const found = find(parameters, store, region);
  const [name, value] = [required(parameters, "AttributeName"), parameters.get("AttributeValue") ?? ""];
  const { [name]: _replaced, ...others } = shownAttributes(found);
  // No policy is as an empty one.
  const isTakenAway = value === "" && name.endsWith("Policy");
  if (isTakenAway) check(found.protocol, { ...others, [name]: "{}" });
  else check(found.protocol, { ...others, [name]: value });
  if (isTakenAway) delete found.attributes[name];
  else found.attributes[name] = value;
  store.persistence?.updateSubscriptionAttributes(found.arn, found.attributes);
  return "";
}

function find(parameters: Parameters, store: SnsStore, region: string): StoredSubscription {
  const found = store.getSubscription(requiredArn(parameters, "SubscriptionArn", region));
  if (found === undefined) throw new SnsError(404, "NotFound", "Subscription does not exist");
  return found;
}

/** ConfirmSubscription: no subscription of a queue or function waits to be confirmed, so no token is right. */
export function confirmSubscription(parameters: Parameters): string {
  required(parameters, "Token");
  throw invalidParameter("Token");
}
