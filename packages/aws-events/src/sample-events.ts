import type { Image } from "./attribute-value.ts";
import { type Dice, hex, instant, pick, seededDice, uuid } from "./seeded-dice.ts";
import {
  sampleBusEvent,
  sampleS3Record,
  sampleSnsBody,
  sampleSnsRecord,
  sampleSqsRecord,
  sampleStreamRecord,
} from "./testing.ts";

/** An event bus hands over one event at a time. */
export class OneEventOnly extends Error {
  override readonly name = "OneEventOnly";
  readonly code = "ONE_EVENT_ONLY";

  constructor() {
    super("EventBridge hands one event to an invocation");
  }
}

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
  /** Bodies of messages of a queue, one a record. */
  readonly bodies?: readonly string[];
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
  ["sqs", (...made) => sqsRecord(bodyOf(...made), ...made)],
  ["sqs-fifo", fifoRecord],
  ["sns", (dice) => snsRecord(dice, JSON.stringify({ hello: uuid(dice) }))],
  ["dynamodb", streamRecord],
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

/** What {@link sampleEvent} can make: sources and the ways to them. */
export const SAMPLE_NAMES: readonly string[] = [...RECORDS.keys(), ...BUS_EVENTS.keys()];

/**
 * A complete Lambda event, valid by construction; what `subjects` does not say is made up, the same for the same seed.
 * Undefined for a name that is none of {@link SAMPLE_NAMES}. Throws {@link OneEventOnly}.
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

function keyOf(dice: Dice): string {
  const folder = pick(dice, ["inbox", "north america", "Zürich", "2024/in+out"]);
  return `${folder}/file-${dice(1000)}.${pick(dice, ["csv", "ndjson", "csv.gz"])}`;
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

function bodyOf(dice: Dice, index: number, { bodies }: SampleSubjects): string {
  return bodies?.[index] ?? JSON.stringify({ hello: uuid(dice) });
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
    MessageGroupId: `GROUP-${dice(100)}`,
    MessageDeduplicationId: hex(dice, 64),
    SequenceNumber: String(18_849_496_460_467_696_128n + BigInt(index) * 256n),
  };
  const attributes = { ...sampleSqsRecord().attributes, ...fifo };
  const eventSourceARN = "arn:aws:sqs:eu-central-2:000000000000:jobs.fifo";
  const record = sqsRecord(bodyOf(dice, index, subjects), dice, index, subjects);
  return { ...record, attributes, eventSourceARN };
}

function snsRecord(dice: Dice, message: string): object {
  return sampleSnsRecord({ MessageId: uuid(dice), Message: message, Timestamp: instant(dice) });
}

function busEvent(dice: Dice, index: number, { objects, bucket = "files", region }: SampleSubjects): object {
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
  const keys = { id: { S: `ITEM-${dice(100_000)}` } };
  const content = { M: { weight: { N: `${dice(2000)}.${dice(10_000)}` }, unit: { S: "kg" } } };
  const version = (n: string) => ({
    ...keys,
    version: { N: n },
    content,
    status: { S: n === "1" ? "new" : "changed" },
  });
  const isInsert = dice(2) === 0;
  return { Keys: keys, NewImage: version(isInsert ? "1" : "2"), OldImage: isInsert ? undefined : version("1") };
}
