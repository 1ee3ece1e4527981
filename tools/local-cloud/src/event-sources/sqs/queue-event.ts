import type { ReceivedMessage } from "../../emulators/queues.ts";

/**
 * The system attributes that a mapping passes on (AWS: with-sqs); the last three are those of FIFO queues. On a standard queue the
 * message group is there where the sender named one: the tenant of a fair queue (AWS: sqs-fair-queues).
 */
const SYSTEM_ATTRIBUTES = [
  "ApproximateReceiveCount",
  "AWSTraceHeader",
  "SentTimestamp",
  "SenderId",
  "ApproximateFirstReceiveTimestamp",
  "SequenceNumber",
  "MessageGroupId",
  "MessageDeduplicationId",
] as const;

/** One record of an SQS event, as JSON text. Message attributes carry the empty lists that Lambda adds. */
export function queueRecord(message: ReceivedMessage, queueArn: string, region: string): string {
  const attributes: Record<string, string> = {};
  for (const name of SYSTEM_ATTRIBUTES) {
    const value = message.attributes[name];
    if (value !== undefined) attributes[name] = value;
  }
  const messageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, { stringValue, binaryValue, dataType }]) => [
      name,
      {
        ...(stringValue === undefined ? {} : { stringValue }),
        ...(binaryValue === undefined ? {} : { binaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType,
      },
    ]),
  );
  return JSON.stringify({
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes,
    messageAttributes,
    md5OfBody: message.md5OfBody,
    ...(message.md5OfMessageAttributes !== undefined && { md5OfMessageAttributes: message.md5OfMessageAttributes }),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  });
}
