import * as v from "valibot";
import { parseFilterPolicy } from "../filters/sns-filter-policy.ts";
import { InvalidPattern } from "../filters/invalid-pattern.ts";

/** What a subscription of the local cloud can be told. */
const SERVED = new Set(["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"]);
/** What others can be told besides: HTTP endpoints, Firehose, replays of FIFO topics (SNS: SetSubscriptionAttributes). */
const OF_OTHERS = new Set(["DeliveryPolicy", "SubscriptionRoleArn", "ReplayPolicy"]);
const SCOPES = ["MessageAttributes", "MessageBody"] as const;

/** A subscription's attribute that SNS does not take, or that means something which the local cloud does not do. */
export class InvalidSubscriptionAttribute extends Error {
  readonly code = "INVALID_SUBSCRIPTION_ATTRIBUTE";
  readonly kind: "unknown name" | "invalid value" | "not implemented";
  constructor(kind: InvalidSubscriptionAttribute["kind"], reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "InvalidSubscriptionAttribute";
    this.kind = kind;
  }
}

/**
 * Checks all attributes that a subscription is to have together.
 * @throws InvalidSubscriptionAttribute with SNS's sentence where it is known (recorded)
 */
export function checkSubscriptionAttributes(protocol: string, attributes: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(attributes)) {
    if (OF_OTHERS.has(name)) throw new InvalidSubscriptionAttribute("not implemented", name);
    if (!SERVED.has(name)) throw new InvalidSubscriptionAttribute("unknown name", name);
  }
  const { RawMessageDelivery: raw = "false", FilterPolicyScope = "MessageAttributes" } = attributes;
  const { FilterPolicy, RedrivePolicy } = attributes;
  if (!/^(true|false)$/i.test(raw)) throw invalid(`RawMessageDelivery: Invalid value [${raw}]. Must be true or false.`);
  if (raw.toLowerCase() === "true" && protocol !== "sqs")
    throw invalid(`Delivery protocol [${protocol}] does not support raw message delivery.`);
  const scope = SCOPES.find((each) => each === FilterPolicyScope);
  if (scope === undefined)
    throw invalid(
      `FilterPolicyScope: Invalid value [${FilterPolicyScope}]. Please use either MessageBody or MessageAttributes`,
    );
  if (RedrivePolicy !== undefined) readRedrivePolicy(RedrivePolicy);
  if (FilterPolicy === undefined) return;
  try {
    parseFilterPolicy(FilterPolicy, scope);
  } catch (cause) {
    if (!(cause instanceof InvalidPattern)) throw cause;
    throw invalid(`FilterPolicy: ${cause.reason}`, { cause });
  }
}

const redriveSchema = v.object({ deadLetterTargetArn: v.string() });

/**
 * The ARN of the dead-letter queue in a redrive policy (SNS: "Amazon SNS dead-letter queues").
 * @throws InvalidSubscriptionAttribute
 */
export function readRedrivePolicy(text: string): string {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (cause) {
    throw invalid(`RedrivePolicy: failed to parse JSON. ${String(cause)}`, { cause });
  }
  const { success, output } = v.safeParse(redriveSchema, policy);
  if (!success) throw invalid("RedrivePolicy: deadLetterTargetArn is required");
  const arn = output.deadLetterTargetArn;
  if (!/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]+$/.test(arn))
    throw invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn");
  return arn;
}

const invalid = (reason: string, options?: ErrorOptions): InvalidSubscriptionAttribute =>
  new InvalidSubscriptionAttribute("invalid value", reason, options);
