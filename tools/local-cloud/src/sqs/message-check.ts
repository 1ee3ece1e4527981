import type * as v from "valibot";
import { invalidParameter, invalidValue, missingParameter } from "./sqs-error.ts";
import type { messageSchema } from "./requests.ts";

type Message = v.InferOutput<typeof messageSchema>;
type MessageAttribute = NonNullable<NonNullable<Message["MessageAttributes"]>[string]>;

const MOST_ATTRIBUTES = 10;
const TYPES = ["String", "Number", "Binary"];
/** XML's characters: what a body and a string attribute may hold (AWS: SendMessage). */
// oxlint-disable-next-line no-control-regex -- these are the control characters that are allowed
const FORBIDDEN_CHARACTER = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Checks a message as SendMessage does, except its size and its body's characters, which the queue knows.
 * @throws SqsError
 */
export function checkMessage(message: Message, isFifo: boolean): void {
  checkSystemAttributes(message.MessageSystemAttributes ?? {});
  checkAttributes(message.MessageAttributes ?? {});
  const { DelaySeconds: delay, MessageGroupId: group, MessageDeduplicationId: deduplication } = message;
  if (delay != null && (delay < 0 || delay > 900))
    throw invalidValue("DelaySeconds", delay, "DelaySeconds must be >= 0 and <= 900.");
  for (const [name, id] of Object.entries({ MessageGroupId: group, MessageDeduplicationId: deduplication }))
    if (id != null && !ID.test(id))
      throw invalidValue(
        name,
        id,
        `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      );
  if (deduplication != null && !isFifo)
    throw invalidValue(
      "MessageDeduplicationId",
      deduplication,
      "The request includes a parameter that is not valid for this queue type.",
    );
}

/**
 * What a FIFO queue needs of each message. In a batch one message without it fails the whole batch (recorded).
 * @throws SqsError
 */
export function checkFifo(
  message: Message,
  { contentBased, inBatch }: { contentBased: boolean; inBatch: boolean },
): void {
  if (!message.MessageGroupId) {
    const missing = missingParameter("MessageGroupId");
    throw inBatch ? invalidParameter(missing.message) : missing;
  }
  if (!message.MessageDeduplicationId && !contentBased)
    throw invalidParameter(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
}

function checkSystemAttributes(attributes: NonNullable<Message["MessageSystemAttributes"]>): void {
  const [name] = Object.keys(attributes);
  if (name === undefined) return;
  throw name === "AWSTraceHeader"
    ? invalidParameter("The message system attribute AWSTraceHeader is not implemented by the local cloud.")
    : invalidParameter(`Message system attribute name '${name}' is invalid.`);
}

function checkAttributes(attributes: NonNullable<Message["MessageAttributes"]>): void {
  const entries = Object.entries(attributes);
  if (entries.length > MOST_ATTRIBUTES)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MOST_ATTRIBUTES}].`,
    );
  for (const [name, attribute] of entries) {
    checkName(name);
    checkValue(name, attribute);
  }
}

/** AWS: SendMessage, "Message attributes": letters, digits, `_`, `-`, `.`; no prefix of AWS's, no dot at an end or after another. */
function checkName(name: string): void {
  if (name === "" || name.length > 256)
    throw invalidParameter(`Length of message attribute name must be between 1 and 256 bytes.`);
  if (!/^[A-Za-z0-9_.-]+$/.test(name))
    throw invalidParameter(
      "Message attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.",
    );
  if (/^(aws|amazon)\./i.test(name))
    throw invalidParameter(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use.",
    );
  if (/^\.|\.$|\.\./.test(name))
    throw invalidParameter(
      "Message attribute name can not start or end with a period, or have successive periods within the name.",
    );
}

function checkValue(name: string, attribute: MessageAttribute): void {
  const { DataType: type, StringValue: text, BinaryValue: binary } = attribute;
  if (!type) throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
  if (type.length > 256)
    throw invalidParameter(`The type of message (user) attribute '${name}' must be at most 256 characters long.`);
  const kind = TYPES.find((each) => type === each || type.startsWith(`${each}.`));
  if (kind === undefined)
    throw invalidParameter(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  if ((attribute.StringListValues ?? []).length + (attribute.BinaryListValues ?? []).length > 0)
    throw invalidParameter("Message attribute list values in SendMessage operation are not supported.");
  const [value, other] = kind === "Binary" ? [binary, text] : [text, binary];
  if (!value || other != null)
    throw invalidParameter(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${kind}'.`,
    );
  if (kind !== "Binary" && FORBIDDEN_CHARACTER.test(value))
    throw invalidParameter(`The value of message attribute '${name}' has characters that are not allowed.`);
  if (kind === "Number" && !/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value))
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
}
