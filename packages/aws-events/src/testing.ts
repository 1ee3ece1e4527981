import type { Image } from "./attribute-value.ts";

/** A record of a queue as Lambda writes it, of a standard queue unless the attributes say otherwise. */
export function sampleSqsRecord(overrides: object = {}) {
  return {
    messageId: "message-1",
    receiptHandle: "receipt-1",
    body: "{}",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "1709281800250",
      SenderId: "AROAEXAMPLE:sender",
      ApproximateFirstReceiveTimestamp: "1709281800300",
    },
    messageAttributes: {},
    md5OfBody: "99914b932bd37a50b983c5e7c90ae93b",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-2:000000000000:jobs",
    awsRegion: "eu-central-2",
    ...overrides,
  };
}

/** A record of a bucket as Lambda writes it. `object` replaces fields of `s3.object`. */
export function sampleS3Record(object: object = {}, overrides: object = {}) {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-central-2",
    eventTime: "2024-03-01T08:30:00.250Z",
    eventName: "ObjectCreated:Put",
    userIdentity: { principalId: "AWS:AROAEXAMPLE" },
    requestParameters: { sourceIPAddress: "2001:db8::1" },
    responseElements: { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURI" },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "files",
      bucket: { name: "files", ownerIdentity: { principalId: "A3NL1KOZZKExample" }, arn: "arn:aws:s3:::files" },
      object: {
        key: "report.csv",
        size: 1024,
        eTag: "d41d8cd98f00b204e9800998ecf8427e",
        sequencer: "0065E1AB",
        ...object,
      },
    },
    ...overrides,
  };
}

/** A record of a stream as Lambda writes it: an item that was changed. `dynamodb` replaces fields of the change. */
export function sampleStreamRecord(dynamodb: object = {}, overrides: object = {}) {
  const keys: Image = { id: { S: "ITEM-1" } };
  return {
    eventID: "event-1",
    eventName: "MODIFY",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-central-2",
    dynamodb: {
      ApproximateCreationDateTime: 1_709_281_800,
      Keys: keys,
      NewImage: { ...keys, version: { N: "2" } },
      OldImage: { ...keys, version: { N: "1" } },
      SequenceNumber: "400000000000000499660",
      SizeBytes: 64,
      StreamViewType: "NEW_AND_OLD_IMAGES",
      ...dynamodb,
    },
    eventSourceARN: "arn:aws:dynamodb:eu-central-2:000000000000:table/items/stream/latest",
    ...overrides,
  };
}

/** A record of a topic as Lambda writes it. `sns` replaces fields of the message. */
export function sampleSnsRecord(sns: object = {}, overrides: object = {}) {
  return {
    EventVersion: "1.0",
    EventSubscriptionArn: "arn:aws:sns:eu-central-2:000000000000:news:21be56ed-a058-49f5-8c98-aedd2564c486",
    EventSource: "aws:sns",
    Sns: {
      ...sampleNotification(),
      SigningCertUrl: "https://sns.eu-central-2.amazonaws.com/SimpleNotificationService-example.pem",
      UnsubscribeUrl: "https://sns.eu-central-2.amazonaws.com/?Action=Unsubscribe",
      MessageAttributes: {},
      ...sns,
    },
    ...overrides,
  };
}

/** What a topic puts into the body of a queue's message, as an object, unless raw delivery is on. */
export function sampleSnsBody(message: string, overrides: object = {}) {
  return {
    ...sampleNotification(),
    Message: message,
    SigningCertURL: "https://sns.eu-central-2.amazonaws.com/SimpleNotificationService-example.pem",
    UnsubscribeURL: "https://sns.eu-central-2.amazonaws.com/?Action=Unsubscribe",
    ...overrides,
  };
}

function sampleNotification() {
  return {
    Type: "Notification",
    MessageId: "topic-message-1",
    TopicArn: "arn:aws:sns:eu-central-2:000000000000:jobs",
    Subject: null,
    Message: "hello",
    Timestamp: "2024-03-01T08:30:00.250Z",
    SignatureVersion: "1",
    Signature: "EXAMPLE",
  };
}

/** An event of an event bus as Lambda writes it: an object of a bucket that was put. `object` replaces fields of `detail.object`. */
export function sampleBusEvent(object: object = {}, overrides: object = {}, detail: object = {}) {
  return {
    version: "0",
    id: "bus-event-1",
    "detail-type": "Object Created",
    source: "aws.s3",
    account: "000000000000",
    time: "2024-03-01T08:30:00Z",
    region: "eu-central-2",
    resources: ["arn:aws:s3:::files"],
    detail: {
      version: "0",
      bucket: { name: "files" },
      object: {
        key: "report.csv",
        size: 1024,
        etag: "d41d8cd98f00b204e9800998ecf8427e",
        sequencer: "0065E1AB",
        ...object,
      },
      "request-id": "N4N7GDK58NMKJ12R",
      requester: "000000000000",
      "source-ip-address": "2001:db8::1",
      reason: "PutObject",
      ...detail,
    },
    ...overrides,
  };
}
