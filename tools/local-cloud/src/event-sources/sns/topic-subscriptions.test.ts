import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PublishCommand, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import { afterEach, describe, expect, test } from "vitest";
import {
  DLQ,
  FUNCTION,
  QUEUE,
  TOPIC,
  startMessaging,
  subscription,
  type TestMessaging,
} from "../../../test/messaging-fixture.ts";

let sns: TestMessaging | undefined;
afterEach(async () => {
  await sns?.stop();
  sns = undefined;
});

const ofQueue = (attributes?: Record<string, string>) => subscription("sqs", QUEUE, attributes);
const ofFunction = (attributes?: Record<string, string>) => subscription("lambda", FUNCTION, attributes);
const ID = ofQueue().id;

const ATTRIBUTES = {
  price: { dataType: "Number", stringValue: "99.12" },
  picture: { dataType: "Binary", binaryValue: "AgME" },
};
const SHOWN = { price: { Type: "Number", Value: "99.12" }, picture: { Type: "Binary", Value: "AgME" } };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

// AWS: sns-message-and-json-formats, with-sns; recorded.
describe("a published message", () => {
  test("comes to a queue in SNS's envelope, without message attributes of its own", async () => {
    sns = await startMessaging({ subscriptions: [ofQueue()] });
    const messageId = sns.topics.publish(TOPIC, { body: "hello", subject: "greeting", attributes: ATTRIBUTES });
    const [message, ...more] = sns.receive(QUEUE);
    expect(more).toEqual([]);
    expect(message?.messageAttributes).toEqual({});
    expect(JSON.parse(message?.body ?? "")).toEqual({
      Type: "Notification",
      MessageId: messageId,
      TopicArn: TOPIC,
      Subject: "greeting",
      Message: "hello",
      Timestamp: TIME,
      SignatureVersion: "1",
      Signature: expect.any(String),
      SigningCertURL: expect.stringMatching(/^https:\/\/sns\.eu-central-2\.amazonaws\.com\/.*\.pem$/),
      UnsubscribeURL: `${sns.origin}/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:${ID}`,
      MessageAttributes: SHOWN,
    });
  });

  test("has neither Subject nor MessageAttributes in the envelope where it has none", async () => {
    sns = await startMessaging({ subscriptions: [ofQueue()] });
    sns.topics.publish(TOPIC, { body: "hello" });
    expect(Object.keys(JSON.parse(sns.receive(QUEUE)[0]?.body ?? ""))).toEqual([
      "Type",
      "MessageId",
      "TopicArn",
      "Message",
      "Timestamp",
      "SignatureVersion",
      "Signature",
      "SigningCertURL",
      "UnsubscribeURL",
    ]);
  });

  test("comes raw to a queue that asks for it: the body alone, its attributes as the queue's", async () => {
    sns = await startMessaging({ subscriptions: [ofQueue({ RawMessageDelivery: "true" })] });
    sns.topics.publish(TOPIC, { body: "hello", subject: "lost", attributes: ATTRIBUTES });
    expect(sns.receive(QUEUE)).toMatchObject([
      { body: "hello", messageAttributes: ATTRIBUTES, md5OfMessageAttributes: expect.stringMatching(/^[\da-f]{32}$/) },
    ]);
  });

  test("carries its message group to a queue", async () => {
    sns = await startMessaging({ subscriptions: [ofQueue()] });
    sns.topics.publish(TOPIC, { body: "hello", groupId: "tenant" });
    expect(sns.receive(QUEUE)[0]?.attributes).toMatchObject({ MessageGroupId: "tenant" });
  });

  test("invokes a function asynchronously with one record", async () => {
    sns = await startMessaging({ subscriptions: [ofFunction()] });
    const messageId = sns.topics.publish(TOPIC, { body: "hello", attributes: ATTRIBUTES });
    expect(sns.invoked.map((payload) => JSON.parse(payload))).toEqual([
      {
        Records: [
          {
            EventSource: "aws:sns",
            EventVersion: "1.0",
            EventSubscriptionArn: `${TOPIC}:${ofFunction().id}`,
            Sns: {
              Type: "Notification",
              MessageId: messageId,
              TopicArn: TOPIC,
              Subject: null,
              Message: "hello",
              Timestamp: TIME,
              SignatureVersion: "1",
              Signature: expect.any(String),
              SigningCertUrl: expect.any(String),
              UnsubscribeUrl: expect.stringContaining(`SubscriptionArn=${TOPIC}:${ofFunction().id}`),
              MessageAttributes: SHOWN,
            },
          },
        ],
      },
    ]);
  });

  test("goes to every subscription, each with the body for its protocol", async () => {
    sns = await startMessaging({ subscriptions: [ofQueue({ RawMessageDelivery: "true" }), ofFunction()] });
    sns.topics.publish(TOPIC, { body: "for others", bodies: { sqs: "for queues" } });
    expect(sns.receive(QUEUE)).toMatchObject([{ body: "for queues" }]);
    expect(JSON.parse(sns.invoked[0] ?? "").Records[0]).toMatchObject({ Sns: { Message: "for others" } });
  });
});

// AWS: sns-subscription-filter-policies, sns-message-filtering-scope.
describe("a filter policy", () => {
  const onBody = { FilterPolicy: '{"order":{"price":[{"numeric":[">=",100]}]}}', FilterPolicyScope: "MessageBody" };
  const onAttributes = { FilterPolicy: '{"store":["a"]}' };
  const store = (stringValue: string) => ({ store: { dataType: "String", stringValue } });

  test.each([
    ["attributes", "accepts", onAttributes, { body: "x", attributes: store("a") }, 1],
    ["attributes", "leaves out", onAttributes, { body: "x", attributes: store("b") }, 0],
    ["attributes", "leaves out without them", onAttributes, { body: '{"store":"a"}' }, 0],
    ["the body", "accepts", onBody, { body: '{"order":{"price":100}}' }, 1],
    ["the body", "leaves out", onBody, { body: '{"order":{"price":99}}' }, 0],
    ["the body", "leaves out what is no JSON", onBody, { body: "hello" }, 0],
  ])("on %s %s", async (_scope, _does, attributes, message, count) => {
    sns = await startMessaging({ subscriptions: [ofQueue(attributes), ofFunction(attributes)] });
    sns.topics.publish(TOPIC, message);
    expect([sns.receive(QUEUE).length, sns.invoked.length]).toEqual([count, count]);
  });
});

// AWS: sns-dead-letter-queues: an endpoint that is gone is a client-side error and not retried; recorded.
describe("a message that cannot be delivered", () => {
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: DLQ }) };

  test.each([
    ["in its envelope", {}, expect.stringContaining('"Message":"hello"'), {}],
    ["raw, with its attributes", { RawMessageDelivery: "true" }, "hello", ATTRIBUTES],
  ])("for want of the queue goes to the dead-letter queue %s", async (_how, raw, body, messageAttributes) => {
    sns = await startMessaging({ subscriptions: [ofQueue({ ...redrive, ...raw })] });
    sns.sqs.deleteQueue(`${sns.origin}/000000000000/inbox`);
    sns.topics.publish(TOPIC, { body: "hello", attributes: ATTRIBUTES });
    expect(sns.receive(DLQ)).toMatchObject([{ body, messageAttributes }]);
    expect(sns.subscriptions.status()).toMatchObject([
      { failures: 1, discarded: 0, problem: expect.stringContaining(QUEUE) },
    ]);
  });

  test("for want of the function goes to the dead-letter queue in the envelope of a queue", async () => {
    sns = await startMessaging({ subscriptions: [{ ...ofFunction(redrive), endpoint: `${FUNCTION}-gone` }] });
    sns.topics.publish(TOPIC, { body: "hello" });
    expect(JSON.parse(sns.receive(DLQ)[0]?.body ?? "")).toMatchObject({ Type: "Notification", Message: "hello" });
  });

  test("and has no dead-letter queue is gone, counted, and keeps nobody else from it", async () => {
    sns = await startMessaging({ subscriptions: [ofQueue(), ofFunction()] });
    sns.sqs.deleteQueue(`${sns.origin}/000000000000/inbox`);
    sns.topics.publish(TOPIC, { body: "hello" });
    expect(sns.invoked).toHaveLength(1);
    expect(sns.subscriptions.status()).toMatchObject([
      { source: TOPIC, target: QUEUE, kind: "sns", failures: 1, discarded: 1 },
      { source: TOPIC, target: "worker", kind: "sns", failures: 0, discarded: 0, records: 1 },
    ]);
  });
});

test("subscriptions of the graph follow it over a restart, those of clients stay", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-sns-"));
  try {
    sns = await startMessaging({ subscriptions: [ofQueue(), ofFunction()], dataDir: folder });
    const endpoint = `${FUNCTION}-other`;
    await sns.sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: "lambda", Endpoint: endpoint }));
    await sns.stop();

    sns = await startMessaging({ subscriptions: [ofQueue({ RawMessageDelivery: "true" })], dataDir: folder });
    expect(sns.topics.subscriptions(TOPIC)).toMatchObject([{ endpoint }, { endpoint: QUEUE, raw: true }]);
  } finally {
    await sns?.stop();
    sns = undefined;
    await rm(folder, { recursive: true });
  }
});

test("an endpoint that a client subscribed is not delivered to twice once the graph subscribes it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-sns-"));
  try {
    sns = await startMessaging({ dataDir: folder });
    await sns.sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: "sqs", Endpoint: QUEUE }));
    await sns.stop();

    sns = await startMessaging({ subscriptions: [ofQueue()], dataDir: folder });
    sns.topics.publish(TOPIC, { body: "hello" });
    expect(sns.receive(QUEUE)).toHaveLength(1);
  } finally {
    await sns?.stop();
    sns = undefined;
    await rm(folder, { recursive: true });
  }
});

test("a subscription that was ended gets nothing more", async () => {
  sns = await startMessaging({ subscriptions: [ofQueue()] });
  await sns.sns.send(new UnsubscribeCommand({ SubscriptionArn: `${TOPIC}:${ID}` }));
  await sns.sns.send(new PublishCommand({ TopicArn: TOPIC, Message: "hello" }));
  expect(sns.receive(QUEUE)).toEqual([]);
});
