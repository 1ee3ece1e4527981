import {
  at,
  everyField,
  fits,
  isInstant,
  isName,
  isNothing,
  isObject,
  isText,
  mapped,
  optional,
  present,
} from "@doorbell/fuzzing/expectation";

/*
 * What each parser should answer, written a second time and in another way: as tables of what a field must be. A record is
 * expected to be refused where the answer is undefined.
 */

const isCount = (value: unknown) => isText(value) && /^[0-9]{1,15}$/.test(value);

/** A record of a queue as services should see it. */
export function expectedMessage(record: unknown): unknown {
  const isAttribute = (value: unknown) =>
    fits(value, { dataType: isText, stringValue: optional(isText), binaryValue: optional(isText) });
  const isValid = fits(record, {
    eventSource: (value) => value === "aws:sqs",
    messageId: isName,
    receiptHandle: isName,
    body: isText,
    eventSourceARN: isText,
    attributes: isObject,
    "attributes.ApproximateReceiveCount": isCount,
    "attributes.SentTimestamp": isText,
    messageAttributes: optional(everyField(isAttribute)),
  });
  if (!isValid) return undefined;
  const attributes = at(record, "attributes");
  return {
    messageId: at(record, "messageId"),
    receiptHandle: at(record, "receiptHandle"),
    body: at(record, "body"),
    receiveCount: Number(at(record, "attributes.ApproximateReceiveCount")),
    eventSourceArn: at(record, "eventSourceARN"),
    attributes: Object.fromEntries(
      Object.entries(isObject(attributes) ? attributes : {}).filter(([, value]) => isText(value)),
    ),
    messageAttributes: mapped(at(record, "messageAttributes"), (value) =>
      present({
        dataType: at(value, "dataType"),
        stringValue: at(value, "stringValue"),
        binaryValue: at(value, "binaryValue"),
      }),
    ),
  };
}

const isSize = (value: unknown) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function decoded(key: unknown): string | undefined {
  const text = isName(key) ? key : "%";
  const bytes = text.replaceAll("+", " ").split(/%([0-9A-Fa-f]{2})/);
  // A string of its own is well-formed only if the bytes that were escaped are UTF-8; what is left of a "%" was no escape.
  if (bytes.some((part, index) => index % 2 === 0 && part.includes("%"))) return undefined;
  const buffers = bytes.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, "hex")));
  try {
    const result = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(buffers));
    return text.isWellFormed() ? result : decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** A record of a bucket as services should see it. */
export function expectedObject(record: unknown): unknown {
  const isValid = fits(record, {
    eventSource: (value) => value === "aws:s3",
    eventName: isName,
    eventTime: isInstant,
    awsRegion: isText,
    "s3.bucket.name": isName,
    "s3.object.key": (value) => decoded(value) !== undefined,
    "s3.object.size": optional(isSize),
    "s3.object.eTag": optional(isText),
    "s3.object.versionId": optional(isText),
    "s3.object.sequencer": optional(isText),
  });
  if (!isValid) return undefined;
  return present({
    eventName: at(record, "eventName"),
    eventTime: at(record, "eventTime"),
    region: at(record, "awsRegion"),
    bucket: at(record, "s3.bucket.name"),
    key: decoded(at(record, "s3.object.key")),
    rawKey: at(record, "s3.object.key"),
    size: at(record, "s3.object.size"),
    eTag: at(record, "s3.object.eTag"),
    versionId: at(record, "s3.object.versionId"),
    sequencer: at(record, "s3.object.sequencer"),
  });
}

const isNumberText = (value: unknown) =>
  isText(value) && /^[+-]?\d{1,200}(\.\d{1,200})?([eE][+-]?\d{1,3})?$/.test(value);
const isBinary = (value: unknown) => isText(value) && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);

function isAttributeValue(value: unknown, depth: number): boolean {
  const entries = isObject(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || depth > 64) return false;
  const [type, content] = entry;
  const list = (check: (value: unknown) => boolean) => Array.isArray(content) && content.every(check);
  const inner = (child: unknown) => isAttributeValue(child, depth + 1);
  const checks: Record<string, () => boolean> = {
    S: () => isText(content),
    N: () => isNumberText(content),
    B: () => isBinary(content),
    BOOL: () => typeof content === "boolean",
    NULL: () => content === true,
    M: () => everyField(inner)(content),
    L: () => list(inner),
    SS: () => list(isText),
    NS: () => list(isNumberText),
    BS: () => list(isBinary),
  };
  return Object.hasOwn(checks, type) && checks[type]?.() === true;
}

function decodedAttribute(value: unknown): unknown {
  if (!isObject(value)) return value;
  const bytes = (text: unknown) => new Uint8Array(Buffer.from(String(text), "base64"));
  if ("M" in value) return { M: mapped(value["M"], decodedAttribute) };
  if (Array.isArray(value["L"])) return { L: value["L"].map(decodedAttribute) };
  if ("B" in value) return { B: bytes(value["B"]) };
  return Array.isArray(value["BS"]) ? { BS: value["BS"].map(bytes) } : value;
}

/** A record of a stream as services should see it. */
export function expectedChange(record: unknown): unknown {
  const isImage = everyField((value) => isAttributeValue(value, 1));
  const isValid = fits(record, {
    eventSource: (value) => value === "aws:dynamodb",
    eventID: isName,
    eventName: (value) => value === "INSERT" || value === "MODIFY" || value === "REMOVE",
    eventSourceARN: isText,
    userIdentity: optional(isObject),
    "userIdentity.type": optional(isText),
    "userIdentity.principalId": optional(isText),
    "dynamodb.Keys": isImage,
    "dynamodb.NewImage": optional(isImage),
    "dynamodb.OldImage": optional(isImage),
    "dynamodb.SequenceNumber": (value) => isText(value) && /^\d{1,64}$/.test(value),
    "dynamodb.ApproximateCreationDateTime": optional(
      (value) => typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER,
    ),
  });
  if (!isValid) return undefined;
  const image = (path: string) =>
    isNothing(at(record, path)) ? undefined : mapped(at(record, path), decodedAttribute);
  const identity = at(record, "userIdentity");
  return present({
    eventId: at(record, "eventID"),
    eventName: at(record, "eventName"),
    eventSourceArn: at(record, "eventSourceARN"),
    sequenceNumber: at(record, "dynamodb.SequenceNumber"),
    keys: image("dynamodb.Keys"),
    newImage: image("dynamodb.NewImage"),
    oldImage: image("dynamodb.OldImage"),
    createdAt: at(record, "dynamodb.ApproximateCreationDateTime"),
    userIdentity: isObject(identity)
      ? present({ type: identity["type"], principalId: identity["principalId"] })
      : undefined,
  });
}

/** A record of a topic as services should see it. */
export function expectedTopicMessage(record: unknown): unknown {
  const source = isObject(record) ? (record["eventSource"] ?? record["EventSource"]) : undefined;
  const isValid =
    source === "aws:sns" &&
    fits(record, {
      EventSubscriptionArn: isText,
      "Sns.MessageId": isName,
      "Sns.TopicArn": isText,
      "Sns.Subject": optional(isText),
      "Sns.Message": isText,
      "Sns.Timestamp": isInstant,
      "Sns.MessageAttributes": optional(everyField((value) => fits(value, { Type: isText, Value: isText }))),
    });
  if (!isValid) return undefined;
  return present({
    messageId: at(record, "Sns.MessageId"),
    topicArn: at(record, "Sns.TopicArn"),
    subscriptionArn: at(record, "EventSubscriptionArn"),
    subject: at(record, "Sns.Subject"),
    message: at(record, "Sns.Message"),
    publishedAt: at(record, "Sns.Timestamp"),
    messageAttributes: mapped(at(record, "Sns.MessageAttributes"), (value) => ({
      type: at(value, "Type"),
      value: at(value, "Value"),
    })),
  });
}

/** An event of a bus as services should see it. */
export function expectedBusEvent(event: unknown): unknown {
  const isValid = fits(event, {
    id: isName,
    source: isName,
    "detail-type": isName,
    account: isText,
    region: isText,
    time: isName,
    resources: optional((value) => Array.isArray(value) && value.every(isText)),
    detail: isObject,
    "replay-name": optional(isText),
  });
  if (!isValid) return undefined;
  return present({
    id: at(event, "id"),
    source: at(event, "source"),
    detailType: at(event, "detail-type"),
    account: at(event, "account"),
    region: at(event, "region"),
    time: at(event, "time"),
    resources: at(event, "resources") ?? [],
    detail: at(event, "detail"),
    replayName: at(event, "replay-name"),
  });
}
