import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

/*
 * What each parser should answer, written a second time and in another way: tables of what a field must be, and for business
 * events the published JSON Schema. A record is expected to be refused where the answer is undefined.
 */

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isName = (value: unknown): value is string => isText(value) && value.length > 0;
const isNothing = (value: unknown) => value === undefined || value === null;
const optional = (check: (value: unknown) => boolean) => (value: unknown) => isNothing(value) || check(value);
const isCount = (value: unknown) => isText(value) && /^[0-9]{1,15}$/.test(value);
const isInstant = (value: unknown) =>
  isText(value) &&
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(value) &&
  isDay(value.slice(0, 10)) &&
  value.slice(11, 13) < "24" &&
  value.slice(14, 16) < "60" &&
  value.slice(17, 19) < "60" &&
  /(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.test(value);

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** The value at a dotted path; a slash in front of nothing means that a step is no object. */
function at(record: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), record);
}

function fits(record: unknown, fields: Record<string, (value: unknown) => boolean>): boolean {
  return isObject(record) && Object.entries(fields).every(([path, check]) => check(at(record, path)));
}

/** Leaves out what is null or absent. */
function present(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isNothing(value)));
}

function mapped(values: unknown, map: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(isObject(values) ? values : {}).map(([key, value]) => [key, map(value)]));
}

const everyField = (check: (value: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every(check);

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

const ajv = new Ajv({ allErrors: false, strict: true, formats: { date: isDay, "date-time": isInstant } });
const validators = new Map<string, { readonly validate: ValidateFunction; readonly schema: Json }>();

function contract(type: string) {
  const known = validators.get(type);
  if (known !== undefined) return known;
  const file = new URL(`../../../contracts/${type}.schema.json`, import.meta.url);
  const schema: Json = JSON.parse(readFileSync(file, "utf8"));
  const made = { validate: ajv.compile(schema), schema };
  validators.set(type, made);
  return made;
}

/**
 * A business event as services should see it, by the published contract of `type`, and by the rules and the characters that
 * JSON Schema cannot tell of; its amounts without zeros that say nothing.
 */
export function expectedBusinessEvent(type: string, event: unknown): unknown {
  const { validate, schema } = contract(type);
  if (!validate(event) || !isCarried(event)) return undefined;
  const known = project(schema, event);
  if (at(known, "subject") !== at(known, "data.orderId")) return undefined;
  const lines = at(known, "data.lines");
  if (Array.isArray(lines) && cents(at(known, "data.total")) !== sumOf(lines)) return undefined;
  const orderId = String(at(known, "data.orderId"));
  if (orderId !== orderId.normalize("NFC") || /[\p{DI}\p{Zl}\p{Zp}]/u.test(orderId)) return undefined;
  return hasOddCharacter(known) ? undefined : withCanonicalAmounts(known);
}

const AMOUNTS = new Set(["amount", "total", "discount", "profit"]);

function withCanonicalAmounts(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withCanonicalAmounts(item));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withCanonicalAmounts(child, key)]));
  }
  if (typeof value !== "string" || !AMOUNTS.has(name)) return value;
  const [whole = "", decimals = ""] = value.split(".");
  const said = decimals.replace(/0+$/, "");
  return said === "" ? whole : `${whole}.${said}`;
}

function isCarried(event: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(event)) <= 200 * 1024;
}

/** Only the fields that the contract names. */
function project(schema: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => project(at(schema, "items"), item));
  const properties = at(schema, "properties");
  if (!isObject(value) || !isObject(properties)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => Object.hasOwn(properties, key))
      .map(([key, child]) => [key, project(properties[key], child)]),
  );
}

function cents(amount: unknown): bigint {
  const [whole = "0", decimals = ""] = String(amount).split(".");
  return BigInt(whole + decimals.padEnd(4, "0"));
}

function sumOf(lines: readonly unknown[]): bigint {
  return lines.reduce<bigint>((sum, line) => sum + cents(at(line, "amount")), 0n);
}

/** Lone surrogates, and the noncharacters at the ends of the upper planes: no notation for them is common to all languages. */
function hasOddCharacter(value: unknown): boolean {
  return /[\p{Cs}\p{NChar}]/u.test(JSON.stringify(value)) || /\\ud[89a-f]/i.test(JSON.stringify(value));
}
