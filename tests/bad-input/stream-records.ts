import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { sampleStreamRecord } from "@doorbell/aws-events/testing";
import type { OrderId } from "./samples.ts";

type HandedRecord = ReturnType<typeof sampleStreamRecord>;

/** A record of a stream, and how it ends. */
export interface StreamRecordCase {
  readonly input: string;
  /** An item that is written to the orders table, so that DynamoDB makes the record. */
  readonly item?: (id: OrderId) => Record<string, AttributeValue>;
  /** A record that DynamoDB cannot be made to send here: handed to the function between two good ones. */
  readonly record?: (id: OrderId) => HandedRecord;
  /** The reason that is parked with the record in the failures bucket; without one there is an audit entry. */
  readonly parked?: string;
  /** What of the audit entry the case is about. */
  readonly audited?: object;
}

const key = (orderId: string) => ({ id: { S: orderId } });
/** An order as it is stored. */
const image = (orderId: string, version = "1") => ({
  ...key(orderId),
  version: { N: version },
  name: { S: "Ada Canary" },
});
const STREAM = "arn:aws:dynamodb:eu-central-2:000000000000:table/doorbell-local-OrdersTableTable/stream/latest";
let sequenceNumber = 700_000_000_000_000_000_000n;

/** The record of a new order; `change` replaces what of it is odd. */
const placed = (orderId: string, change: object = {}, record: object = {}) =>
  sampleStreamRecord(
    {
      Keys: key(orderId),
      NewImage: image(orderId),
      OldImage: undefined,
      SequenceNumber: String(sequenceNumber++),
      ...change,
    },
    { eventID: `event-of-${orderId}`, eventName: "INSERT", eventSourceARN: STREAM, ...record },
  );

/** The record of the good orders around each handed one. */
export const goodRecord = (orderId: string): HandedRecord => placed(orderId);

const OTHER_TABLE = "arn:aws:dynamodb:eu-central-2:000000000000:table/stock";
const EXPIRED = {
  eventName: "REMOVE",
  userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
};

/** Stream records, as DynamoDB or a wrong mapping may send them. */
export const streamRecords: readonly StreamRecordCase[] = [
  {
    input: "an event name never seen",
    record: (id) => placed(id("bad"), {}, { eventName: "ARCHIVE" }),
    parked: 'Records[1].eventName: expected INSERT, MODIFY or REMOVE, received "ARCHIVE"',
  },
  {
    input: "an image without the key",
    record: (id) => placed(id("bad"), { NewImage: { version: { N: "1" }, name: { S: "Ada Canary" } } }),
    parked: 'This INSERT is not keyed by "id", so it cannot be audited.',
  },
  {
    input: "no keys at all",
    record: (id) => placed(id("bad"), { Keys: undefined }),
    parked: "Records[1].dynamodb.Keys: expected attributes by name, received nothing",
  },
  {
    input: "no image at all (a stream of keys only)",
    record: (id) => placed(id("bad"), { NewImage: undefined }),
    parked: "This INSERT has no new image, so it cannot be audited.",
  },
  {
    input: "a record of another table that looks like an order",
    record: (id) => placed(id("bad"), {}, { eventSourceARN: `${OTHER_TABLE}/stream/latest` }),
    parked: `This INSERT is not of the orders table, but of "${OTHER_TABLE}/stream/latest".`,
  },
  {
    input: "a record of another table",
    record: (id) =>
      placed(
        id("bad"),
        { Keys: { sku: { S: "4711" } }, NewImage: { sku: { S: "4711" }, version: { N: "1" }, text: { S: "canary" } } },
        { eventSourceARN: `${OTHER_TABLE}/stream/latest` },
      ),
    parked: `This INSERT is not of the orders table, but of "${OTHER_TABLE}/stream/latest".`,
  },
  {
    input: "a deletion by DynamoDB's time to live",
    record: (id) => placed(id("odd"), { NewImage: undefined, OldImage: image(id("odd"), "2") }, EXPIRED),
    audited: { version: 3, eventName: "REMOVE" },
  },
  {
    input: "an item that is no order",
    item: (id) => ({ ...key(id("bad")), name: { S: "Ada Canary" } }),
    parked: "This INSERT has no version that counts from 1, so it cannot be audited.",
  },
  {
    input: "a version past 2^53",
    item: (id) => image(id("bad"), "9007199254740993"),
    parked: "This INSERT has no version that counts from 1, so it cannot be audited.",
  },
  {
    input: "a number past 2^53: exact to its last digit",
    item: (id) => ({ ...image(id("odd")), big: { N: "12345678901234567890123456789012345678" } }),
    audited: { changes: { "/big": '{"N":"12345678901234567890123456789012345678"}' } },
  },
  {
    input: "binary and sets",
    item: (id) => ({
      ...image(id("odd")),
      bytes: { B: Buffer.from("canary") },
      texts: { SS: ["b", "a"] },
      numbers: { NS: ["3", "1.50"] },
      binaries: { BS: [Buffer.from([2]), Buffer.from([1])] },
    }),
    audited: {
      changes: {
        "/bytes": '{"B":"Y2FuYXJ5"}',
        "/texts": '{"SS":["a","b"]}',
        "/numbers": '{"NS":["15e-1","3"]}',
        "/binaries": '{"BS":["AQ==","Ag=="]}',
      },
    },
  },
];
