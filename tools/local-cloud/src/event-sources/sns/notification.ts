import type { MessageAttribute } from "../../emulators/queues.ts";
import type { PublishedMessage, Subscription } from "../../emulators/topics.ts";

/** Where a notification says that one can end the subscription: the endpoint of the local cloud. */
interface Surroundings {
  readonly origin: string;
  readonly region: string;
}

/** Nobody could verify a local signature with AWS's certificates, so there is none. */
const SIGNATURE = Buffer.from("not signed: published in a local cloud").toString("base64");
const certificate = (region: string): string =>
  `https://sns.${region}.amazonaws.com/SimpleNotificationService-local.pem`;

/** The body for one protocol. */
export const bodyFor = ({ protocol }: Subscription, { body, bodies }: PublishedMessage): string =>
  bodies?.[protocol] ?? body;

function fields(message: PublishedMessage, subscription: Subscription) {
  return {
    Type: "Notification",
    MessageId: message.messageId,
    TopicArn: message.topicArn,
    Subject: message.subject,
    Message: bodyFor(subscription, message),
    Timestamp: message.time,
    SignatureVersion: message.signatureVersion,
    Signature: SIGNATURE,
  };
}

const unsubscribeUrl = (origin: string, arn: string): string => `${origin}/?Action=Unsubscribe&SubscriptionArn=${arn}`;

/** The body of a message to a queue without raw delivery, and to a dead-letter queue (AWS: sns-message-and-json-formats; recorded). */
export function queueNotification(message: PublishedMessage, subscription: Subscription, to: Surroundings): string {
  const attributes = attributesOf(message.attributes);
  return JSON.stringify({
    ...fields(message, subscription),
    SigningCertURL: certificate(to.region),
    UnsubscribeURL: unsubscribeUrl(to.origin, subscription.arn),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  });
}

/** The event for a function: one record (AWS: with-sns; recorded). */
export function functionNotification(message: PublishedMessage, subscription: Subscription, to: Surroundings): string {
  const { Subject = null, ...others } = fields(message, subscription);
  return JSON.stringify({
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscription.arn,
        Sns: {
          ...others,
          Subject,
          SigningCertUrl: certificate(to.region),
          UnsubscribeUrl: unsubscribeUrl(to.origin, subscription.arn),
          MessageAttributes: attributesOf(message.attributes),
        },
      },
    ],
  });
}

function attributesOf(attributes: Readonly<Record<string, MessageAttribute>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      { Type: dataType, Value: stringValue ?? binaryValue },
    ]),
  );
}
