import { isFifoQueue } from "../emulators/queues.ts";
import { SqsError, invalidParameter, invalidValue } from "./sqs-error.ts";

/** Whole numbers, from and to (AWS: CreateQueue, SetQueueAttributes). */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, 900],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  MaximumMessageSize: [1_024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};
const BOOLEAN = ["true", "false"];
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  FifoQueue: BOOLEAN,
  ContentBasedDeduplication: BOOLEAN,
  SqsManagedSseEnabled: BOOLEAN,
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};
const FIFO_ONLY = new Set(["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"]);
const OTHERS = new Set(["KmsMasterKeyId", "Policy", "RedrivePolicy", "RedriveAllowPolicy"]);

/** What can be asked for besides (AWS: GetQueueAttributes). */
const READABLE = new Set([
  ...Object.keys(RANGES),
  ...Object.keys(CHOICES),
  ...OTHERS,
  "All",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
]);

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";

type Attributes = Readonly<Record<string, string>>;

const unknown = (name: string) => new SqsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
const badValue = (name: string) => new SqsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);

/** @throws SqsError for a name that CreateQueue refuses; the suffix of a FIFO queue counts into its 80 characters */
export function checkQueueName(name: string, attributes: Attributes): void {
  const fifo = attributes["FifoQueue"] === "true";
  if (fifo && !isFifoQueue(name))
    throw invalidParameter(
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
    );
  if (name.length > 80 || !NAME.test(fifo ? name.slice(0, -".fifo".length) : name)) throw invalidParameter(NAME_RULE);
}

/**
 * Checks attributes as CreateQueue and SetQueueAttributes do; `queue` tells what is there already.
 * @throws SqsError
 */
export function checkAttributes(
  attributes: Attributes,
  queue: { readonly fifo: boolean; readonly attributes: Attributes; readonly isQueue: (arn: string) => boolean },
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const range = RANGES[name];
    const choices = CHOICES[name];
    if (range === undefined && choices === undefined && !OTHERS.has(name)) throw unknown(name);
    if (FIFO_ONLY.has(name) && !queue.fifo) throw unknown(name);
    if (range !== undefined && !within(value, range)) throw badValue(name);
    if (choices !== undefined && !choices.includes(value)) throw badValue(name);
  }
  if (attributes["FifoQueue"] === "false") throw unknown("FifoQueue");
  checkPolicy(attributes["Policy"]);
  checkRedrive(attributes["RedrivePolicy"], queue);
  checkRedriveAllow(attributes["RedriveAllowPolicy"]);
  const all = { ...queue.attributes, ...attributes };
  if (all["FifoThroughputLimit"] === "perMessageGroupId" && all["DeduplicationScope"] !== "messageGroup")
    throw invalidParameter(
      "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
    );
  if (attributes["KmsMasterKeyId"] && attributes["SqsManagedSseEnabled"] === "true")
    throw new SqsError(
      "InvalidAttributeName",
      "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    );
}

/** @throws SqsError for a name that GetQueueAttributes does not know */
export function checkAttributeNames(names: readonly string[]): void {
  for (const name of names) if (!READABLE.has(name)) throw unknown(name);
}

function within(value: string, [lowest, highest]: readonly [number, number]): boolean {
  return /^\d+$/.test(value) && Number(value) >= lowest && Number(value) <= highest;
}

function checkPolicy(policy: string | undefined): void {
  if (policy !== undefined && policy !== "" && readObject(policy) === undefined) throw badValue("Policy");
}

function checkRedrive(
  policy: string | undefined,
  queue: { readonly fifo: boolean; readonly isQueue: (arn: string) => boolean },
): void {
  // An empty one takes the policy away.
  if (policy === undefined || policy === "") return;
  const refuse = (reason: string) => invalidValue("RedrivePolicy", policy, reason);
  const read = readObject(policy);
  if (read === undefined) throw refuse("Redrive policy is not a valid JSON map.");
  const { deadLetterTargetArn: arn, maxReceiveCount } = read;
  for (const [name, value] of Object.entries({ maxReceiveCount, deadLetterTargetArn: arn }))
    if (value == null) throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  const count = typeof maxReceiveCount === "number" ? String(maxReceiveCount) : maxReceiveCount;
  if (typeof count !== "string" || !within(count, [1, 1_000]))
    throw refuse(
      `Invalid value for maxReceiveCount: ${JSON.stringify(maxReceiveCount)}, valid values are from 1 to 1000 both inclusive.`,
    );
  if (typeof arn !== "string" || !/^arn:aws[\w-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(arn))
    throw refuse("Invalid value for deadLetterTargetArn.");
  if (!queue.isQueue(arn)) throw refuse("Dead letter target does not exist.");
  if (isFifoQueue(arn) !== queue.fifo) throw refuse("Dead-letter queue must be same type of queue as the source.");
}

function checkRedriveAllow(policy: string | undefined): void {
  if (policy === undefined || policy === "") return;
  const refuse = (reason: string) => invalidValue("RedriveAllowPolicy", policy, reason);
  const read = readObject(policy);
  if (read === undefined)
    throw refuse("Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.");
  const { redrivePermission, sourceQueueArns } = read;
  if (!["allowAll", "denyAll", "byQueue"].includes(String(redrivePermission)))
    throw refuse("Amazon SQS can't create the redrive allow policy. Make sure you've specified a redrivePermission.");
  const isByQueue = redrivePermission === "byQueue";
  const listed = Array.isArray(sourceQueueArns) ? sourceQueueArns.length : undefined;
  if (isByQueue !== (listed !== undefined) || listed === 0 || (listed ?? 0) > 10)
    throw refuse("sourceQueueArns must name 1 to 10 queues where redrivePermission is byQueue, and else be absent.");
}

/** A tag has a key of up to 128 characters and a value of up to 256; a queue has at most 50 (AWS: TagQueue). */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length === 0 || key.length > 128)
      throw invalidParameter("Tag keys must be between 1 and 128 characters in length.");
    if (value.length > 256) throw invalidParameter("Tag values must be between 0 and 256 characters in length.");
    if (/^aws:/i.test(key)) throw invalidParameter(`Tag keys must not start with aws:, as ${key} does.`);
  }
  if (Object.keys(tags).length > 50) throw invalidParameter("Too many tags added for queue.");
}

function readObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
