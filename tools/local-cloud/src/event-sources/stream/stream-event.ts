import type { AttributeValue, _Record as SdkRecord } from "@aws-sdk/client-dynamodb-streams";

/** A record of a stream as it is handed on. */
export interface StreamItem {
  readonly sequenceNumber: string;
  /** The partition key of its item, as JSON text: records of one key stay in order. */
  readonly partitionKey: string;
  /** The record of the Lambda event, as JSON text. */
  readonly text: string;
  readonly bytes: number;
  /** When it was read here, in milliseconds since 1970: DynamoDB Local floors creation times to the minute. */
  readonly arrivedAt: number;
}

/** What the records of one stream have in common. */
export interface StreamFacts {
  /** Public form: the local region, never `ddblocal`. */
  readonly streamArn: string;
  readonly region: string;
  /** Name of the table's partition key. */
  readonly partitionKey: string;
}

/**
 * Makes a record as `GetRecords` gives it into the record of a Lambda event (AWS: with-ddb): the creation time in seconds,
 * binary values as base64, numbers the exact strings that they are.
 * @throws RecordIncomplete for a record without a sequence number or keys
 */
export function streamItem(record: SdkRecord, facts: StreamFacts, arrivedAt: number): StreamItem {
  const change = record.dynamodb;
  const sequenceNumber = change?.SequenceNumber;
  if (!change?.Keys || sequenceNumber === undefined) throw new RecordIncomplete(facts.streamArn);
  const keys = imageJson(change.Keys);
  const text = JSON.stringify({
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: "aws:dynamodb",
    awsRegion: facts.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor((change.ApproximateCreationDateTime?.getTime() ?? arrivedAt) / 1_000),
      Keys: keys,
      ...(change.NewImage && { NewImage: imageJson(change.NewImage) }),
      ...(change.OldImage && { OldImage: imageJson(change.OldImage) }),
      SequenceNumber: sequenceNumber,
      SizeBytes: change.SizeBytes,
      StreamViewType: change.StreamViewType,
    },
    ...(record.userIdentity && {
      userIdentity: { type: record.userIdentity.Type, principalId: record.userIdentity.PrincipalId },
    }),
    eventSourceARN: facts.streamArn,
  });
  return {
    sequenceNumber,
    partitionKey: JSON.stringify(keys[facts.partitionKey] ?? keys),
    text,
    bytes: Buffer.byteLength(text) + 1,
    arrivedAt,
  };
}

/** DynamoDB gave a record that lacks what every record has. */
export class RecordIncomplete extends Error {
  readonly code = "RECORD_INCOMPLETE";
  readonly streamArn: string;
  constructor(streamArn: string) {
    super(`A record of ${streamArn} has no sequence number or no keys.`);
    this.name = "RecordIncomplete";
    this.streamArn = streamArn;
  }
}

function imageJson(image: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attributeJson(value)]));
}

function attributeJson(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.M !== undefined) return { M: imageJson(value.M) };
  if (value.L !== undefined) return { L: value.L.map(attributeJson) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
