import type { Image } from "@doorbell/aws-events/attribute-value";
import { ORDER_CANCELLED_TYPE } from "./order-cancelled.ts";
import { ORDER_PLACED_TYPE, type OrderLine } from "./order-placed.ts";
import {
  sampleBusEvent,
  sampleS3Record,
  sampleSnsBody,
  sampleSnsRecord,
  sampleSqsRecord,
  sampleStreamRecord,
} from "@doorbell/aws-events/testing";
import { sampleOrderCancelled, sampleOrderPlaced } from "./testing.ts";

/** An event bus hands over one event at a time. */
export class OneEventOnly extends Error {
  override readonly name = "OneEventOnly";
  readonly code = "ONE_EVENT_ONLY";

  constructor() {
    super("EventBridge hands one event to an invocation");
  }
}

/** Whole numbers from 0 up to below `limit`, always the same for one seed. */
type Dice = (limit: number) => number;

/** An object of a bucket that a sample is about. */
export interface SampleObject {
  readonly key: string;
  readonly size: number;
  readonly eTag: string;
  /** When it was put, ISO 8601. */
  readonly eventTime: string;
}

/** What samples are about; what is absent is made up. */
export interface SampleSubjects {
  readonly region?: string;
  readonly bucket?: string;
  readonly queueArn?: string;
  readonly streamArn?: string;
  /** One a record. */
  readonly objects?: readonly SampleObject[];
  /** Items keyed by `id` that were just inserted, one a record. */
  readonly images?: readonly Image[];
}

/** What a sample is made of: the dice, which record it is, and what it is about. */
type Maker = (dice: Dice, index: number, subjects: SampleSubjects) => object;

const RECORDS = new Map<string, Maker>([
  ["s3", s3Record],
  ["s3-sqs", (...made) => sqsRecord(s3Event(...made), ...made)],
  ["s3-sns", (...made) => snsRecord(made[0], s3Event(...made))],
  [
    "s3-sns-sqs",
    (...made) => sqsRecord(JSON.stringify(sampleSnsBody(s3Event(...made), { MessageId: uuid(made[0]) })), ...made),
  ],
  ["s3-sns-sqs-raw", (...made) => sqsRecord(s3Event(...made), ...made)],
  ["sqs", (...made) => sqsRecord(JSON.stringify({ hello: uuid(made[0]) }), ...made)],
  ["sqs-fifo", fifoRecord],
  ["sns", (dice) => snsRecord(dice, JSON.stringify({ hello: uuid(dice) }))],
  ["dynamodb", streamRecord],
  [ORDER_PLACED_TYPE, (...made) => sqsRecord(JSON.stringify(orderPlaced(made[0])), ...made)],
  [ORDER_CANCELLED_TYPE, (...made) => sqsRecord(JSON.stringify(orderCancelled(made[0])), ...made)],
]);
const BUS_EVENTS = new Map<string, Maker>([
  ["s3-eventbridge", busEvent],
  ["eventbridge", (dice) => ({ ...sampleBusEvent(), id: uuid(dice), ...SCHEDULED })],
]);
const SCHEDULED = {
  "detail-type": "Scheduled Event",
  source: "aws.events",
  resources: ["arn:aws:events:eu-central-2:000000000000:rule/nightly"],
  detail: {},
};

/** What {@link sampleEvent} can make: sources and the ways to them, and the types of business events. */
export const SAMPLE_NAMES: readonly string[] = [...RECORDS.keys(), ...BUS_EVENTS.keys()];

/**
 * A complete Lambda event, valid by construction; what `subjects` does not say is made up, the same for the same seed. A type of business event gives
 * messages of the orders queue. Undefined for a name that is none of {@link SAMPLE_NAMES}. Throws {@link OneEventOnly}.
 */
export function sampleEvent(
  name: string,
  options: { readonly count?: number; readonly seed?: number; readonly subjects?: SampleSubjects } = {},
): unknown {
  const { count = 1, seed = 1, subjects = {} } = options;
  const dice = seededDice(seed);
  const makeRecord = RECORDS.get(name);
  if (makeRecord !== undefined)
    return { Records: Array.from({ length: count }, (_, index) => makeRecord(dice, index, subjects)) };
  if (count !== 1 && BUS_EVENTS.has(name)) throw new OneEventOnly();
  return BUS_EVENTS.get(name)?.(dice, 0, subjects);
}

/** Mulberry32: 32 bits of state, good enough for samples. */
function seededDice(seed: number): Dice {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  };
}

function hex(dice: Dice, digits: number): string {
  return Array.from({ length: digits }, () => dice(16).toString(16)).join("");
}

function uuid(dice: Dice): string {
  return `${hex(dice, 8)}-${hex(dice, 4)}-4${hex(dice, 3)}-8${hex(dice, 3)}-${hex(dice, 12)}`;
}

function pick<T>(dice: Dice, values: readonly [T, ...T[]]): T {
  return values[dice(values.length)] ?? values[0];
}

function instant(dice: Dice): string {
  return new Date(Date.UTC(2024, dice(12), 1 + dice(28), dice(24), dice(60), dice(60), dice(1000))).toISOString();
}

function keyOf(dice: Dice): string {
  const folder = pick(dice, ["partner", "north america", "Zürich", "2024/orders+returns"]);
  return `${folder}/orders-${dice(1000)}.${pick(dice, ["csv", "ndjson", "csv.gz"])}`;
}

function madeUpObject(dice: Dice): SampleObject {
  return { key: keyOf(dice), size: 1 + dice(10_000_000), eTag: hex(dice, 32), eventTime: instant(dice) };
}

function s3Record(dice: Dice, index: number, { objects, bucket, region }: SampleSubjects): object {
  const { key, size, eTag, eventTime } = objects?.[index] ?? madeUpObject(dice);
  const rawKey = encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
  const facts = { key: rawKey, size, eTag, sequencer: hex(dice, 18).toUpperCase() };
  const record = sampleS3Record(facts, { eventTime, ...(region !== undefined && { awsRegion: region }) });
  if (bucket === undefined) return record;
  const named = { ...record.s3.bucket, name: bucket, arn: `arn:aws:s3:::${bucket}` };
  return { ...record, s3: { ...record.s3, bucket: named } };
}

function s3Event(...made: Parameters<Maker>): string {
  return JSON.stringify({ Records: [s3Record(...made)] });
}

function sqsRecord(body: string, dice: Dice, _: number, { queueArn, region }: SampleSubjects): object {
  const sentAt = Date.parse(instant(dice));
  const { attributes } = sampleSqsRecord();
  return sampleSqsRecord({
    messageId: uuid(dice),
    receiptHandle: `AQEB${hex(dice, 40)}`,
    body,
    attributes: {
      ...attributes,
      SentTimestamp: String(sentAt),
      ApproximateFirstReceiveTimestamp: String(sentAt + dice(1000)),
    },
    ...(queueArn !== undefined && { eventSourceARN: queueArn }),
    ...(region !== undefined && { awsRegion: region }),
  });
}

function fifoRecord(dice: Dice, index: number, subjects: SampleSubjects): object {
  const fifo = {
    MessageGroupId: `ORDER-${dice(100)}`,
    MessageDeduplicationId: hex(dice, 64),
    SequenceNumber: String(18_849_496_460_467_696_128n + BigInt(index) * 256n),
  };
  const attributes = { ...sampleSqsRecord().attributes, ...fifo };
  const eventSourceARN = "arn:aws:sqs:eu-central-2:000000000000:orders.fifo";
  const record = sqsRecord(JSON.stringify({ hello: uuid(dice) }), dice, index, subjects);
  return { ...record, attributes, eventSourceARN };
}

function snsRecord(dice: Dice, message: string): object {
  return sampleSnsRecord({ MessageId: uuid(dice), Message: message, Timestamp: instant(dice) });
}

function busEvent(dice: Dice, index: number, { objects, bucket = "uploads", region }: SampleSubjects): object {
  const { key, size, eTag, eventTime } = objects?.[index] ?? madeUpObject(dice);
  const about = { id: uuid(dice), time: eventTime, ...(region !== undefined && { region }) };
  return sampleBusEvent(
    { key, size, etag: eTag, sequencer: hex(dice, 18) },
    { ...about, resources: [`arn:aws:s3:::${bucket}`] },
    { bucket: { name: bucket } },
  );
}

function streamRecord(dice: Dice, index: number, { images, streamArn, region }: SampleSubjects): object {
  const image = images?.[index];
  const change = image === undefined ? madeUpChange(dice) : insertOf(image);
  const dynamodb = {
    ApproximateCreationDateTime: Math.floor(Date.parse(instant(dice)) / 1000),
    SequenceNumber: String(400_000_000_000_000_499_660n + BigInt(index)),
    ...change,
  };
  return sampleStreamRecord(dynamodb, {
    eventID: hex(dice, 32),
    eventName: change.OldImage === undefined ? "INSERT" : "MODIFY",
    ...(streamArn !== undefined && { eventSourceARN: streamArn }),
    ...(region !== undefined && { awsRegion: region }),
  });
}

function insertOf(image: Image): { Keys: Image; NewImage: Image; OldImage: undefined } {
  return { Keys: { id: image["id"] ?? { S: "" } }, NewImage: image, OldImage: undefined };
}

function madeUpChange(dice: Dice): { Keys: object; NewImage: object; OldImage: object | undefined } {
  const keys = { id: { S: `ORDER-${dice(100_000)}` } };
  const placed = { M: { total: { N: amount(dice) }, currency: { S: "CHF" } } };
  const version = (n: string) => ({
    ...keys,
    version: { N: n },
    placed,
    status: { S: n === "1" ? "placed" : "cancelled" },
  });
  const isInsert = dice(2) === 0;
  return { Keys: keys, NewImage: version(isInsert ? "1" : "2"), OldImage: isInsert ? undefined : version("1") };
}

function amount(dice: Dice): string {
  return `${dice(2000)}.${String(dice(10_000)).padStart(4, "0")}`;
}

function orderPlaced(dice: Dice): object {
  const lines = Array.from({ length: 1 + dice(5) }, () => orderLine(dice));
  const customer = { id: `C-${dice(10_000)}`, name: pick(dice, ["Ada Example", "Béla Muster", "Chen Specimen"]) };
  const time = instant(dice);
  const order = { orderId: `ORDER-${dice(1_000_000)}`, orderedOn: time.slice(0, 10), customer, lines };
  return sampleOrderPlaced({ ...order, currency: pick(dice, ["CHF", "EUR", "USD"]) }, { id: hex(dice, 64), time });
}

function orderLine(dice: Dice): OrderLine {
  const productName = pick(dice, ["Oak desk", "Paper, 500 sheets", "Desk lamp", "Stapler"]);
  return {
    productId: `${pick(dice, ["FUR", "OFF", "TEC"])}-${dice(10_000)}`,
    productName,
    quantity: 1 + dice(12),
    amount: amount(dice),
    discount: pick(dice, ["0", "0.1", "0.15", "0.45"]),
  };
}

function orderCancelled(dice: Dice): object {
  const reason = pick(dice, ["ordered twice", "changed my mind", "delivery takes too long"]);
  const data = { orderId: `ORDER-${dice(1_000_000)}`, reason };
  return sampleOrderCancelled(data, { id: hex(dice, 64), time: instant(dice) });
}
