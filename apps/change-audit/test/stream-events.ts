import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";

/** A stream record as Lambda delivers it, binaries in base64. */
export interface RawRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: "aws:dynamodb";
  readonly eventSourceARN: string;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: unknown;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly SequenceNumber: string;
    readonly StreamViewType: "NEW_AND_OLD_IMAGES";
  };
}

let sequence = 100_000_000_000_000_000_000n;

/** The record of one change; no image stands for no item. */
export function rawRecord(before: Image | undefined, after: Image | undefined): RawRecord {
  sequence += 1n;
  return {
    eventID: `event-${sequence}`,
    eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
    eventSource: "aws:dynamodb",
    eventSourceARN: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/2026-01-01T00:00:00.000",
    dynamodb: {
      ApproximateCreationDateTime: 1_767_225_600,
      Keys: wireOf({ id: (after ?? before)?.["id"] ?? { S: "" } }),
      ...(after !== undefined && { NewImage: wireOf(after) }),
      ...(before !== undefined && { OldImage: wireOf(before) }),
      SequenceNumber: String(sequence),
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
}

/** The records of an order's whole life: one image a version, from 1 on. */
export function historyOf(orderId: string, images: readonly Image[]): { images: Image[]; records: RawRecord[] } {
  const versions = images.map((image, index) => ({ ...image, id: { S: orderId }, version: { N: String(index + 1) } }));
  return { images: versions, records: versions.map((image, index) => rawRecord(versions[index - 1], image)) };
}

function wireOf(image: Image): unknown {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, wireValue(value)]));
}

function wireValue(value: AttributeValue): unknown {
  if ("B" in value) return { B: Buffer.from(value.B).toString("base64") };
  if ("BS" in value) return { BS: value.BS.map((bytes) => Buffer.from(bytes).toString("base64")) };
  if ("M" in value) return { M: wireOf(value.M) };
  return "L" in value ? { L: value.L.map(wireValue) } : value;
}
