import { UnknownTopic, type TopicMessage, type Topics } from "../emulators/topics.ts";
import { attributeBytes, readMessageAttributes } from "./message-attributes.ts";
import { requiredArn, type Parameters } from "./parameters.ts";
import { SnsError, invalidParameter, notImplemented, topicNotFound } from "./sns-error.ts";

/** AWS: "Amazon SNS endpoints and quotas". Of a batch as a whole, too. */
const MAX_BYTES = 262_144;
const MAX_ENTRIES = 10;
const MAX_SUBJECT = 100;
const MAX_ID = 80;

interface SizedMessage extends TopicMessage {
  /** Of the body as it was sent, and the attributes. */
  readonly bytes: number;
}

/** Publish: the result with the message's id. @throws SnsError */
export function publish(parameters: Parameters, topics: Topics, region: string): string {
  if (parameters.get("PhoneNumber") !== undefined) throw notImplemented("Publish to a PhoneNumber");
  const topicArn = publishedTo(parameters, region);
  const message = readMessage(parameters);
  if (message.bytes > MAX_BYTES) throw invalidParameter("Message too long");
  return `<MessageId>${publishTo(topics, topicArn, message)}</MessageId>`;
}

/** PublishBatch: the result with an id for each entry; what SNS finds wrong with one refuses all. @throws SnsError */
export function publishBatch(parameters: Parameters, topics: Topics, region: string): string {
  const topicArn = requiredArn(parameters, "TopicArn", region);
  const entries = parameters.list("PublishBatchRequestEntries.member");
  const ids = checkedIds(entries);
  const messages = entries.map((entry, index) => readMessage(entry, `publishBatchRequestEntries.${index + 1}.member.`));
  if (messages.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_BYTES)
    throw new SnsError(
      400,
      "BatchRequestTooLong",
      "The length of all the messages put together is more than the limit.",
    );
  const published = messages.map((message) => publishTo(topics, topicArn, message));
  const members = published.map(
    (messageId, index) => `<member><Id>${ids[index]}</Id><MessageId>${messageId}</MessageId></member>`,
  );
  return `<Successful>${members.join("")}</Successful><Failed/>`;
}

/** `TopicArn`, or `TargetArn`, which may also name the endpoint of a device: there are none here. */
function publishedTo(parameters: Parameters, region: string): string {
  const given = ["TopicArn", "TargetArn"].filter((name) => parameters.get(name) !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1)
    throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
  const arn = requiredArn(parameters, name, region);
  if (arn.split(":")[5]?.startsWith("endpoint/"))
    throw invalidParameter("TargetArn Reason: No endpoint found for the target arn specified");
  return arn;
}

function publishTo(topics: Topics, topicArn: string, message: TopicMessage): string {
  try {
    return topics.publish(topicArn, message);
  } catch (error) {
    throw error instanceof UnknownTopic ? topicNotFound() : error;
  }
}

function readMessage(parameters: Parameters, path?: string): SizedMessage {
  const body = parameters.get("Message") ?? "";
  if (body === "") throw invalidParameter("Empty message");
  if (parameters.get("MessageDeduplicationId") !== undefined)
    throw invalidParameter(
      "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  const attributes = readMessageAttributes(parameters, path);
  return {
    bytes: Buffer.byteLength(body) + attributeBytes(attributes),
    ...readBodies(body, parameters.get("MessageStructure")),
    attributes,
    subject: checkedSubject(parameters.get("Subject")),
    groupId: parameters.get("MessageGroupId"),
  };
}

/** AWS: Publish, `Subject`: no line breaks or control characters, less than 100 of them; also none that is empty (recorded). */
function checkedSubject(subject: string | undefined): string | undefined {
  if (subject === undefined) return undefined;
  if (subject === "" || subject.length > MAX_SUBJECT || /\p{Cc}/u.test(subject)) throw invalidParameter("Subject");
  return subject;
}

/** AWS: Publish, `MessageStructure`: with `json` the body says what each protocol gets, `default` the others. */
function readBodies(body: string, structure: string | undefined): Pick<TopicMessage, "body" | "bodies"> {
  if (structure === undefined) return { body };
  if (structure !== "json") throw invalidParameter("MessageStructure");
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw invalidParameter("Message Structure - JSON message body failed to parse");
  }
  const bodies = new Map(Object.entries(parsed ?? {}).filter(([, text]) => typeof text === "string"));
  const [fallback, sqs, lambda] = [bodies.get("default"), bodies.get("sqs"), bodies.get("lambda")];
  if (fallback === undefined) throw invalidParameter("Message Structure - No default entry in JSON message body");
  return { body: fallback, bodies: { ...(sqs !== undefined && { sqs }), ...(lambda !== undefined && { lambda }) } };
}

function checkedIds(entries: readonly Parameters[]): string[] {
  const refuse = (code: string, message: string) => new SnsError(400, code, message);
  if (entries.length === 0) throw refuse("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.length > MAX_ENTRIES)
    throw refuse("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.");
  const ids = entries.map((entry) => entry.get("Id") ?? "");
  for (const id of ids) {
    const problem = id.length > MAX_ID ? "is too long" : "contains an impermissible character";
    if (id.length > MAX_ID || !/^[\w-]+$/.test(id))
      throw refuse("InvalidBatchEntryId", `The Id of a batch entry in the batch request ${problem}: ${id}`);
  }
  if (new Set(ids).size < ids.length)
    throw refuse("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  return ids;
}
