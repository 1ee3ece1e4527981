import graph from "@doorbell/infra/graph.json" with { type: "json" };

const prefix = `${graph.app}-${graph.stage}-`;

/** What Lambda gives `order-queue` for one message. */
export function queueEvent(body: object): object {
  return {
    Records: [
      {
        messageId: "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        receiptHandle: "known to nobody",
        body: JSON.stringify(body),
        attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1767323045000" },
        messageAttributes: {},
        eventSource: "aws:sqs",
        eventSourceARN: `arn:aws:sqs:${graph.region}:000000000000:${prefix}OrdersQueue`,
        awsRegion: graph.region,
      },
    ],
  };
}

/** What S3 gives `upload-ingest` for one object. */
export function uploadEvent(
  bucket: string,
  object: { key: string; eTag: string; size: number; versionId?: string },
): object {
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: graph.region,
        eventTime: "2026-01-02T03:04:05.000Z",
        eventName: "ObjectCreated:Put",
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { sequencer: "0055AED6DCD90281E5", ...object },
        },
      },
    ],
  };
}

/** A line of an NDJSON file. */
export function order(orderId: string): string {
  return JSON.stringify({
    orderId,
    orderedOn: "2026-01-02",
    customer: { id: "EX-1", name: "Ada Example" },
    currency: "USD",
    lines: [{ productId: "P-1", quantity: 1, amount: "1.5" }],
    total: "1.5",
  });
}

/** A business event. */
export function cancellation(orderId: string): object {
  return {
    specversion: "1.0",
    id: `cancelled-${orderId}`,
    source: "default",
    type: "doorbell.order.cancelled.v1",
    subject: orderId,
    time: "2026-01-03T03:04:05.000Z",
    data: { orderId, reason: "changed my mind" },
  };
}

/** A stream record of a new item, for `change-audit`. */
export function change(image: Readonly<Record<string, object>>): object {
  return {
    eventID: "e1",
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: graph.region,
    eventSourceARN: `arn:aws:dynamodb:${graph.region}:000000000000:table/${prefix}OrdersTableTable/stream/2026-01-02T03:04:05.000`,
    dynamodb: {
      ApproximateCreationDateTime: 1_767_323_045,
      Keys: { id: image["id"] },
      NewImage: image,
      SequenceNumber: "100000000000000000001",
      SizeBytes: 20,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
}
