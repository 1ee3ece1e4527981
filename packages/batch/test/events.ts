/** A record of the small events below: an id, what it is about, and whether it is to be readable. */
export interface Item {
  readonly id?: string;
  /** The key of a stream record, the message group of a message. */
  readonly key?: string;
  readonly malformed?: boolean;
}

const ARN = "arn:aws:sqs:eu-central-2:000000000000:orders";

/** An event of SQS with these messages. An unreadable one says "Jane Roe" where a number belongs. */
export function queueEvent(items: readonly Item[]): { Records: object[] } {
  return {
    Records: items.map(({ id, key, malformed = false }) => ({
      ...(id !== undefined && { messageId: id }),
      receiptHandle: "handle",
      body: "{}",
      attributes: {
        ApproximateReceiveCount: malformed ? "Jane Roe" : "1",
        SentTimestamp: "1772359200250",
        ...(key !== undefined && { MessageGroupId: key }),
      },
      messageAttributes: {},
      eventSource: "aws:sqs",
      eventSourceARN: ARN,
      awsRegion: "eu-central-2",
    })),
  };
}

/** An event of a DynamoDB stream with these records; each is of the item `key`. */
export function streamEvent(items: readonly Item[]): { Records: object[] } {
  return {
    Records: items.map(({ id, key = "k", malformed = false }) => ({
      eventID: `e-${id ?? ""}`,
      eventName: malformed ? "Jane Roe" : "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "eu-central-2",
      dynamodb: {
        ...(id !== undefined && { SequenceNumber: id }),
        Keys: { id: { S: key } },
        NewImage: { id: { S: key } },
        SizeBytes: 10,
        StreamViewType: "NEW_AND_OLD_IMAGES",
        ApproximateCreationDateTime: 1_772_359_200,
      },
      eventSourceARN: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/2026-03-01T00:00:00.000",
    })),
  };
}

/** An event of S3 with these records; each is about the object `id`. An unreadable one has "Jane Roe" for a bucket. */
export function objectEvent(items: readonly Item[]): { Records: object[] } {
  return {
    Records: items.map(({ id = "x", malformed = false }) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "eu-central-2",
      eventTime: "2026-03-01T10:00:00.000Z",
      eventName: "ObjectCreated:Put",
      userIdentity: { principalId: "p" },
      requestParameters: { sourceIPAddress: "127.0.0.1" },
      responseElements: {},
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "c",
        bucket: malformed
          ? "Jane Roe"
          : { name: "uploads", ownerIdentity: { principalId: "p" }, arn: "arn:aws:s3:::uploads" },
        object: { key: id, size: 1, eTag: "e", sequencer: "00" },
      },
    })),
  };
}
