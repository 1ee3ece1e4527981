import { sampleBusEvent } from "../src/testing.ts";

/**
 * Events in the form in which AWS's documentation shows them, field by field, with values of our own. Where the documentation is
 * odd, so is this: a stream record without a creation time, an event bus time that no calendar has, words where a value would be.
 */

/** S3 user guide, "Event message structure": versions 2.1 to 2.3, and 2.4 and 2.5, which are for all kinds of event; with the data of each. */
export function s3Record(eventName: string, eventVersion: string, object: object, extra: object = {}) {
  return {
    eventVersion,
    eventSource: "aws:s3",
    awsRegion: "us-west-2",
    eventTime: "1970-01-01T00:00:00.000Z",
    eventName,
    userIdentity: { principalId: "AIDAJDPLRKLG7UEXAMPLE" },
    requestParameters: { sourceIPAddress: "s3.amazonaws.com" },
    responseElements: { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZ" },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "testConfigRule",
      bucket: { name: "bucket", ownerIdentity: { principalId: "A3NL1KOZZKExample" }, arn: "arn:aws:s3:::bucket" },
      object,
    },
    ...extra,
  };
}

const put = {
  key: "HappyFace.jpg",
  size: 1024,
  eTag: "d41d8cd98f00b204e9800998ecf8427e",
  sequencer: "0055AED6DCD90281E5",
};
const versioned = { ...put, versionId: "096fKKXTRTtl3on89fVO.nfljtsv6qko" };
const tagged = { key: "a.txt", eTag: "d41d8cd98f00b204e9800998ecf8427e" };

function replication(operation: string, facts: object) {
  const replicationEventData = {
    replicationRuleId: "rule",
    destinationBucket: "arn:aws:s3:::other",
    s3Operation: "OBJECT_PUT",
    requestTime: "1970-01-01T00:00:00.000Z",
    ...facts,
  };
  return s3Record(`Replication:${operation}`, "2.2", { key: "a", versionId: "v" }, { replicationEventData });
}

/** Every kind of S3 notification. */
export const S3_RECORDS: readonly (readonly [string, object])[] = [
  ["put", s3Record("ObjectCreated:Put", "2.1", put)],
  ["put into a bucket with versions", s3Record("ObjectCreated:Put", "2.1", versioned)],
  ["post", s3Record("ObjectCreated:Post", "2.1", put)],
  ["copy", s3Record("ObjectCreated:Copy", "2.1", put)],
  ["multipart upload", s3Record("ObjectCreated:CompleteMultipartUpload", "2.1", { ...put, eTag: "0123-2" })],
  ["delete", s3Record("ObjectRemoved:Delete", "2.1", { key: "a", sequencer: "0055AED6DCD90281E5" })],
  [
    "delete marker",
    s3Record("ObjectRemoved:DeleteMarkerCreated", "2.1", { ...tagged, versionId: "v", sequencer: "0A" }),
  ],
  ["restore begun", s3Record("ObjectRestore:Post", "2.1", put)],
  [
    "restore done",
    s3Record("ObjectRestore:Completed", "2.1", put, {
      glacierEventData: {
        restoreEventData: {
          lifecycleRestorationExpiryTime: "1970-01-01T00:00:00.000Z",
          lifecycleRestoreStorageClass: "GLACIER",
        },
      },
    }),
  ],
  ["restored copy gone", s3Record("ObjectRestore:Delete", "2.3", { key: "a" }, { lifecycleEventData: {} })],
  ["reduced redundancy lost", s3Record("ReducedRedundancyLostObject", "2.1", { key: "a", sequencer: "0A" })],
  ["replication failed", replication("OperationFailedReplication", { failureReason: "AssumeRoleNotPermitted" })],
  ["replication late", replication("OperationMissedThreshold", { threshold: "900" })],
  [
    "replication done late",
    replication("OperationReplicatedAfterThreshold", { threshold: "900", replicationTime: "1800" }),
  ],
  ["replication no longer tracked", replication("OperationNotTracked", {})],
  [
    "lifecycle expiration",
    s3Record("LifecycleExpiration:Delete", "2.3", { key: "a", sequencer: "0055AED6DCD90281E5" }),
  ],
  [
    "lifecycle delete marker",
    s3Record("LifecycleExpiration:DeleteMarkerCreated", "2.3", { key: "a", versionId: "v", sequencer: "0A" }),
  ],
  [
    "lifecycle transition",
    s3Record("LifecycleTransition", "2.3", put, {
      lifecycleEventData: { transitionEventData: { destinationStorageClass: "GLACIER" } },
    }),
  ],
  [
    "intelligent tiering",
    s3Record("IntelligentTiering", "2.3", put, {
      intelligentTieringEventData: { destinationAccessTier: "ARCHIVE_ACCESS" },
    }),
  ],
  ["tags put", s3Record("ObjectTagging:Put", "2.3", tagged)],
  ["tags deleted", s3Record("ObjectTagging:Delete", "2.3", tagged)],
  ["ACL put", s3Record("ObjectAcl:Put", "2.3", tagged)],
  [
    "an IPv6 address",
    s3Record("ObjectCreated:Put", "2.1", put, { requestParameters: { sourceIPAddress: "2001:db8::1" } }),
  ],
  ["put, in the version for all kinds of event", s3Record("ObjectCreated:Put", "2.4", versioned)],
  ["annotation put", s3Record("ObjectAnnotation:Put", "2.5", { ...tagged, objectAnnotation: {} })],
  ["annotation deleted", s3Record("ObjectAnnotation:Delete", "2.5", { ...tagged, objectAnnotation: {} })],
  ["a bucket without versions", s3Record("ObjectCreated:Put", "2.1", { ...put, versionId: null })],
  ["an event of later days", s3Record("Later:New", "3.0", { ...put, later: {} }, { laterData: [1] })],
];

const created = (reason: string, detail: object = {}) => sampleBusEvent({}, {}, { reason, ...detail });
const removed = (reason: string, deletion: string) =>
  sampleBusEvent({ size: undefined }, { "detail-type": "Object Deleted" }, { reason, "deletion-type": deletion });
const other = (detailType: string, detail: object = {}) =>
  sampleBusEvent(
    { sequencer: undefined, "version-id": "v" },
    { "detail-type": detailType },
    { reason: undefined, ...detail },
  );

/** S3 user guide, "EventBridge event message structure", and what the same event is called in S3's own notifications. */
export const S3_BUS_EVENTS: readonly (readonly [string, object])[] = [
  ["ObjectCreated:Put", created("PutObject")],
  ["ObjectCreated:Put", created("PutObject", { "event-version": "1.0" })],
  ["ObjectCreated:Post", created("POST Object")],
  ["ObjectCreated:Copy", created("CopyObject")],
  ["ObjectCreated:CompleteMultipartUpload", created("CompleteMultipartUpload")],
  ["ObjectRemoved:Delete", removed("DeleteObject", "Permanently Deleted")],
  ["ObjectRemoved:DeleteMarkerCreated", removed("DeleteObject", "Delete Marker Created")],
  ["LifecycleExpiration:Delete", removed("Lifecycle Expiration", "Permanently Deleted")],
  ["LifecycleExpiration:DeleteMarkerCreated", removed("Lifecycle Expiration", "Delete Marker Created")],
  ["ObjectRestore:Post", other("Object Restore Initiated", { "source-storage-class": "GLACIER" })],
  ["ObjectRestore:Completed", other("Object Restore Completed", { "restore-expiry-time": "2021-11-13T00:00:00Z" })],
  ["ObjectRestore:Delete", other("Object Restore Expired")],
  ["LifecycleTransition", other("Object Storage Class Changed", { "destination-storage-class": "GLACIER" })],
  ["IntelligentTiering", other("Object Access Tier Changed", { "destination-access-tier": "ARCHIVE_ACCESS" })],
  ["ObjectAcl:Put", other("Object ACL Updated")],
  ["ObjectTagging:Put", other("Object Tags Added")],
  ["ObjectTagging:Delete", other("Object Tags Deleted")],
  ["Object Invented Later", other("Object Invented Later")],
];

/** Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB": the sample has no creation time. */
export const STREAM_EVENT = {
  Records: [
    {
      eventID: "1",
      eventVersion: "1.0",
      dynamodb: {
        Keys: { Id: { N: "101" } },
        NewImage: { Message: { S: "New item!" }, Id: { N: "101" } },
        StreamViewType: "NEW_AND_OLD_IMAGES",
        SequenceNumber: "111",
        SizeBytes: 26,
      },
      awsRegion: "us-west-2",
      eventName: "INSERT",
      eventSourceARN: "arn:aws:dynamodb:us-east-2:123456789012:table/my-table/stream/2023-06-10T19:26:16.525",
      eventSource: "aws:dynamodb",
    },
    {
      eventID: "2",
      eventVersion: "1.0",
      dynamodb: { OldImage: { Id: { N: "101" } }, SequenceNumber: "222", Keys: { Id: { N: "101" } }, SizeBytes: 59 },
      awsRegion: "us-west-2",
      eventName: "REMOVE",
      eventSourceARN: "arn:aws:dynamodb:us-east-2:123456789012:table/my-table/stream/2023-06-10T19:26:16.525",
      eventSource: "aws:dynamodb",
      userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
    },
  ],
};

/** Lambda developer guide, "Implementing stateful DynamoDB stream processing in Lambda". */
export const WINDOW_EVENT = {
  ...STREAM_EVENT,
  window: { start: "2020-07-30T17:00:00Z", end: "2020-07-30T17:05:00Z" },
  state: { 1: "state1" },
  shardId: "shard123456789",
  eventSourceARN: "stream-ARN",
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
};

/**
 * Lambda developer guide, "Using Lambda with Amazon SQS": a standard and a FIFO message. And one with what the SQS developer guide says
 * of message attributes and of a message that was redriven from a dead-letter queue.
 */
export const QUEUE_EVENT = {
  Records: [
    {
      messageId: "059f36b4-87a3-44ab-83d2-661975830a7d",
      receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
      body: "Test message.",
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1545082649183",
        SenderId: "AIDAIENQZJOLO23YVJ4VO",
        ApproximateFirstReceiveTimestamp: "1545082649185",
      },
      messageAttributes: {
        myAttribute: { stringValue: "myValue", stringListValues: [], binaryListValues: [], dataType: "String" },
      },
      md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-2:123456789012:my-queue",
      awsRegion: "us-east-2",
    },
    {
      messageId: "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5",
      receiptHandle: "AQEBBX8nesZEXmkhsmZeyIE8iQAMig7qw...",
      body: "Test message.",
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1573251510774",
        SequenceNumber: "18849496460467696128",
        MessageGroupId: "1",
        SenderId: "AIDAIO23YVJENQZJOL4VO",
        MessageDeduplicationId: "1",
        ApproximateFirstReceiveTimestamp: "1573251510774",
      },
      messageAttributes: {},
      md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-2:123456789012:fifo.fifo",
      awsRegion: "us-east-2",
    },
    {
      messageId: "2e1424d4-f796-459a-8184-9c92662be6da",
      receiptHandle: "AQEBzWwaftRI0KuVm4tP+/7q1rGgNqicHq...",
      body: "",
      attributes: {
        ApproximateReceiveCount: "2",
        SentTimestamp: "1545082650636",
        SenderId: "AIDAIENQZJOLO23YVJ4VO",
        ApproximateFirstReceiveTimestamp: "1545082650649",
        AWSTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
        DeadLetterQueueSourceArn: "arn:aws:sqs:us-east-2:123456789012:my-queue",
      },
      messageAttributes: {
        text: {
          stringValue: "a",
          binaryValue: null,
          stringListValues: ["reserved"],
          binaryListValues: [],
          dataType: "String",
        },
        cents: { stringValue: "123", stringListValues: [], binaryListValues: ["MQ=="], dataType: "Number.cents" },
        image: { binaryValue: "MTEwMA==", stringListValues: [], binaryListValues: [], dataType: "Binary.png" },
      },
      md5OfBody: "d41d8cd98f00b204e9800998ecf8427e",
      md5OfMessageAttributes: null,
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-2:123456789012:my-queue",
      awsRegion: "us-east-2",
    },
  ],
};

/** Lambda developer guide, "Invoking Lambda functions with Amazon SNS notifications". */
export const TOPIC_EVENT = {
  Records: [
    {
      EventVersion: "1.0",
      EventSubscriptionArn: "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
      EventSource: "aws:sns",
      Sns: {
        SignatureVersion: "1",
        Timestamp: "2019-01-02T12:45:07.000Z",
        Signature: "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==",
        SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem",
        MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        Message: "Hello from SNS!",
        MessageAttributes: {
          Test: { Type: "String", Value: "TestString" },
          TestBinary: { Type: "Binary", Value: "TestBinary" },
        },
        Type: "Notification",
        UnsubscribeURL: "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
        TopicArn: "arn:aws:sns:us-east-1:123456789012:sns-lambda",
        Subject: "TestInvoke",
      },
    },
  ],
};

/** EventBridge events reference, "Event structure": its time is a day that does not exist. And a scheduled event. */
export const BUS_EVENTS = [
  {
    version: "0",
    source: "aws.cloudformation",
    account: "123456789012",
    id: "12345678-1234-1234-1234-111122223333",
    region: "us-east-1",
    "detail-type": "CloudFormation Stack Status Change",
    time: "2022-04-31T17:00:00Z",
    resources: ["arn:aws:cloudformation:us-east-1:123456789012:stack/teststack"],
    detail: { "stack-id": "arn", "status-details": { status: "CREATE_COMPLETE", "status-reason": "" } },
  },
  {
    version: "0",
    id: "89d1a02d-5ec7-412e-82f5-13505f849b41",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "123456789012",
    time: "2016-12-30T18:44:49Z",
    region: "us-east-1",
    resources: ["arn:aws:events:us-east-1:123456789012:rule/SampleRule"],
    detail: {},
    "replay-name": "replayed",
  },
];
