import * as sdk from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DLQ, FUNCTION, QUEUE, TOPIC, startMessaging, type TestMessaging } from "../../test/messaging-fixture.ts";

let sns: TestMessaging;
beforeAll(async () => {
  sns = await startMessaging();
});
beforeEach(async () => {
  const { Subscriptions = [] } = await sns.sns.send(new sdk.ListSubscriptionsCommand({}));
  for (const { SubscriptionArn } of Subscriptions) await sns.sns.send(new sdk.UnsubscribeCommand({ SubscriptionArn }));
  sns.receive(QUEUE);
  sns.invoked.length = 0;
});
afterAll(() => sns.stop());

const subscribe = (input: Partial<sdk.SubscribeCommandInput> = {}) =>
  sns.sns.send(new sdk.SubscribeCommand({ TopicArn: TOPIC, Protocol: "sqs", Endpoint: QUEUE, ...input }));
const text = (StringValue: string) => ({ DataType: "String", StringValue });

/** What a call fails with, as the SDK reads it. */
async function refusal(call: Promise<unknown>): Promise<{ code: string; status: number | undefined; message: string }> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof sdk.SNSServiceException)) throw new Error(`Not refused: ${String(error)}`);
  const code = "Code" in error ? String(error.Code) : error.name;
  return { code, status: error.$metadata.httpStatusCode, message: error.message };
}

// AWS: SNS API reference; recorded.
describe("Publish", () => {
  const publish = (input: Partial<sdk.PublishCommandInput>) =>
    sns.sns.send(new sdk.PublishCommand({ TopicArn: TOPIC, Message: "hello", ...input }));

  test("delivers by TopicArn or TargetArn, with subject, attributes and group", async () => {
    await subscribe({ Attributes: { RawMessageDelivery: "true" } });
    await subscribe({ Protocol: "lambda", Endpoint: FUNCTION });
    const attributes = {
      name: text("ä"),
      number: { DataType: "Number.int", StringValue: "1" },
      bytes: { DataType: "Binary", BinaryValue: new Uint8Array([2, 3, 4]) },
    };
    const { MessageId } = await publish({ Subject: "s", MessageAttributes: attributes, MessageGroupId: "g" });
    await publish({ TopicArn: undefined, TargetArn: TOPIC, Message: "again" });
    expect(sns.receive(QUEUE)).toMatchObject([
      {
        body: "hello",
        attributes: { MessageGroupId: "g" },
        messageAttributes: {
          name: { dataType: "String", stringValue: "ä" },
          number: { dataType: "Number.int", stringValue: "1" },
          bytes: { dataType: "Binary", binaryValue: "AgME" },
        },
      },
      { body: "again" },
    ]);
    expect(JSON.parse(sns.invoked[0] ?? "").Records[0]).toMatchObject({ Sns: { MessageId, Subject: "s" } });
  });

  test("with MessageStructure json gives each protocol its own body, the others the default", async () => {
    await subscribe({ Attributes: { RawMessageDelivery: "true" } });
    await subscribe({ Protocol: "lambda", Endpoint: FUNCTION });
    await publish({ MessageStructure: "json", Message: JSON.stringify({ default: "d", sqs: "q", email: "e" }) });
    expect(sns.receive(QUEUE)).toMatchObject([{ body: "q" }]);
    expect(JSON.parse(sns.invoked[0] ?? "").Records[0]).toMatchObject({ Sns: { Message: "d" } });
  });

  const arn = (reason: string) => `Invalid parameter: TopicArn Reason: ${reason}`;
  test.each<[string, Partial<sdk.PublishCommandInput>, number, string, string]>([
    ["an empty message", { Message: "" }, 400, "InvalidParameter", "Invalid parameter: Empty message"],
    ["an empty subject", { Subject: "" }, 400, "InvalidParameter", "Invalid parameter: Subject"],
    ["a subject with a line break", { Subject: "a\nb" }, 400, "InvalidParameter", "Invalid parameter: Subject"],
    ["a subject above 100", { Subject: "s".repeat(101) }, 400, "InvalidParameter", "Invalid parameter: Subject"],
    [
      "a body above 256 KiB",
      { Message: "x".repeat(262_145) },
      400,
      "InvalidParameter",
      "Invalid parameter: Message too long",
    ],
    [
      "body and attributes above 256 KiB",
      { Message: "x".repeat(262_144), MessageAttributes: { a: text("a") } },
      400,
      "InvalidParameter",
      "Invalid parameter: Message too long",
    ],
    ["no ARN", { TopicArn: "alerts" }, 400, "InvalidParameter", arn("An ARN must have at least 6 elements, not 1")],
    ["an unknown topic", { TopicArn: `${TOPIC}-2` }, 404, "NotFound", "Topic does not exist"],
    [
      "a topic of another region",
      { TopicArn: TOPIC.replace("eu-central-2", "us-east-1") },
      400,
      "InvalidParameter",
      "Invalid parameter: TopicArn",
    ],
    [
      "an endpoint of a device",
      { TopicArn: undefined, TargetArn: "arn:aws:sns:eu-central-2:000000000000:endpoint/APNS/a/1" },
      400,
      "InvalidParameter",
      "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified",
    ],
    [
      "a telephone number",
      { TopicArn: undefined, PhoneNumber: "+15550100" },
      501,
      "NotImplemented",
      "Publish to a PhoneNumber is not implemented by the local cloud",
    ],
    [
      "JSON that is none",
      { MessageStructure: "json", Message: "{" },
      400,
      "InvalidParameter",
      "Invalid parameter: Message Structure - JSON message body failed to parse",
    ],
    [
      "JSON whose default is no text",
      { MessageStructure: "json", Message: '{"default":1}' },
      400,
      "InvalidParameter",
      "Invalid parameter: Message Structure - No default entry in JSON message body",
    ],
    [
      "another MessageStructure",
      { MessageStructure: "xml" },
      400,
      "InvalidParameter",
      "Invalid parameter: MessageStructure",
    ],
  ])("refuses %s", async (_what, input, status, code, message) => {
    expect(await refusal(publish(input))).toEqual({ status, code, message });
  });

  const nonEmpty = (type: string) =>
    `The message attribute 'a' must contain non-empty message attribute value for message attribute type '${type}'.`;
  const prefixes =
    "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.";
  const mustUse = (type: string, field: string) =>
    `The message attribute 'a' with type '${type}' must use field '${field}'.`;
  test.each<[string, sdk.MessageAttributeValue, string]>([
    ["an empty text", text(""), nonEmpty("String")],
    ["no text", { DataType: "String" }, nonEmpty("String")],
    ["no bytes", { DataType: "Binary", BinaryValue: new Uint8Array() }, nonEmpty("Binary")],
    ["text for bytes", { DataType: "Binary", StringValue: "x" }, mustUse("Binary", "Binary")],
    ["bytes for a number", { DataType: "Number", BinaryValue: new Uint8Array([1]) }, mustUse("Number", "String")],
    ["an unknown type", { DataType: "Boolean", StringValue: "true" }, prefixes],
    [
      "a number that is none",
      { DataType: "Number", StringValue: "x" },
      "Could not cast message attribute 'a' value to number.",
    ],
  ])("refuses an attribute with %s", async (_what, a, message) => {
    expect(await refusal(publish({ MessageAttributes: { a } }))).toEqual({
      status: 400,
      code: "ParameterValueInvalid",
      message,
    });
  });

  test.each([
    [".a", "Invalid message attribute name starting with character '.' was found."],
    ["a.", "Invalid message attribute name ending with character '.' was found."],
    ["a..b", "Message attribute name can not have successive '.' character."],
    ["a".repeat(256), "Length of message attribute name must be less than 256 bytes."],
    [
      "a^b",
      "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
    ],
  ])("refuses an attribute named %s", async (name, message) => {
    const call = publish({ MessageAttributes: { [name]: text("x") } });
    expect(await refusal(call)).toMatchObject({ code: "ParameterValueInvalid", message });
  });

  test("refuses an attribute without a type", async () => {
    const form = `Action=Publish&TopicArn=${TOPIC}&Message=m&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.StringValue=v`;
    expect(await sns.send(form)).toMatchObject({
      status: 400,
      body: expect.stringContaining("<Code>ValidationError</Code>"),
    });
  });
});

describe("PublishBatch", () => {
  const entry = (Id: string, part: Partial<sdk.PublishBatchRequestEntry> = {}) => ({ Id, Message: `m${Id}`, ...part });
  const publishBatch = (entries: sdk.PublishBatchRequestEntry[], TopicArn = TOPIC) =>
    sns.sns.send(new sdk.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));

  test("publishes up to ten, in order, with an id each", async () => {
    await subscribe({ Attributes: { RawMessageDelivery: "true" } });
    const entries = Array.from({ length: 10 }, (_, index) => entry(String(index)));
    const { Successful = [], Failed = [] } = await publishBatch(entries);
    expect(Failed).toEqual([]);
    expect(Successful.map(({ Id }) => Id)).toEqual(entries.map(({ Id }) => Id));
    expect(new Set(Successful.map(({ MessageId }) => MessageId)).size).toBe(10);
    expect(sns.receive(QUEUE).map(({ body }) => body)).toEqual(entries.map(({ Message }) => Message));
  });

  test.each<[string, sdk.PublishBatchRequestEntry[], string]>([
    ["no entry", [], "EmptyBatchRequest"],
    ["eleven entries", Array.from({ length: 11 }, (_, index) => entry(String(index))), "TooManyEntriesInBatchRequest"],
    ["two with one id", [entry("a"), entry("a")], "BatchEntryIdsNotDistinct"],
    ["an id with a dot", [entry("a.b")], "InvalidBatchEntryId"],
    ["an id above 80", [entry("a".repeat(81))], "InvalidBatchEntryId"],
    [
      "256 KiB together",
      [entry("a", { Message: "x".repeat(262_000) }), entry("b", { Message: "x".repeat(145) })],
      "BatchRequestTooLong",
    ],
    [
      "an attribute without a value",
      [entry("a"), entry("b", { MessageAttributes: { c: text("") } })],
      "ParameterValueInvalid",
    ],
    ["JSON without a default", [entry("a", { MessageStructure: "json", Message: "{}" })], "InvalidParameter"],
  ])("refuses %s whole", async (_what, entries, code) => {
    await subscribe();
    expect(await refusal(publishBatch(entries))).toMatchObject({ code, status: 400 });
    expect(sns.receive(QUEUE)).toEqual([]);
  });

  test("to a topic that does not exist is a 404", async () => {
    expect(await refusal(publishBatch([entry("a")], `${TOPIC}-2`))).toMatchObject({ code: "NotFound", status: 404 });
  });
});

describe("topics", () => {
  const create = (input: sdk.CreateTopicCommandInput) => sns.sns.send(new sdk.CreateTopicCommand(input));

  test("are made once for a name, listed, described, tagged and deleted", async () => {
    const { TopicArn } = await create({
      Name: "made",
      Attributes: { DisplayName: "a <b>" },
      Tags: [{ Key: "k", Value: "v" }],
    });
    expect(TopicArn).toBe(TOPIC.replace("alerts", "made"));
    expect(await create({ Name: "made" })).toMatchObject({ TopicArn });
    const { Topics } = await sns.sns.send(new sdk.ListTopicsCommand({}));
    expect(Topics).toEqual([{ TopicArn: TOPIC }, { TopicArn }]);
    await sns.sns.send(
      new sdk.SetTopicAttributesCommand({ TopicArn, AttributeName: "SignatureVersion", AttributeValue: "2" }),
    );
    const { Attributes } = await sns.sns.send(new sdk.GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({
      TopicArn,
      Owner: "000000000000",
      DisplayName: "a <b>",
      SignatureVersion: "2",
      SubscriptionsConfirmed: "0",
      SubscriptionsPending: "0",
    });
    await sns.sns.send(new sdk.TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: "l", Value: "w" }] }));
    await sns.sns.send(new sdk.UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ["k"] }));
    const { Tags } = await sns.sns.send(new sdk.ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    expect(Tags).toEqual([{ Key: "l", Value: "w" }]);
    await subscribe({ TopicArn });
    await sns.sns.send(new sdk.DeleteTopicCommand({ TopicArn }));
    await sns.sns.send(new sdk.DeleteTopicCommand({ TopicArn }));
    expect((await sns.sns.send(new sdk.ListSubscriptionsCommand({}))).Subscriptions).toEqual([]);
  });

  const invalidName = [400, "InvalidParameter", "Invalid parameter: Topic Name"] as const;
  test.each<[string, sdk.CreateTopicCommandInput, number, string, string]>([
    ["a name with a dot", { Name: "a.b" }, ...invalidName],
    ["an empty name", { Name: "" }, ...invalidName],
    ["a name above 256", { Name: "a".repeat(257) }, ...invalidName],
    [
      "a FIFO topic",
      { Name: "a.fifo", Attributes: { FifoTopic: "true" } },
      501,
      "NotImplemented",
      "A FIFO topic is not implemented by the local cloud",
    ],
    [
      "encryption",
      { Name: "a", Attributes: { KmsMasterKeyId: "k" } },
      501,
      "NotImplemented",
      "The topic attribute KmsMasterKeyId is not implemented by the local cloud",
    ],
    [
      "other attributes of a topic that is there",
      { Name: "alerts", Attributes: { DisplayName: "other" } },
      400,
      "InvalidParameter",
      "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
    ],
  ])("refuses %s", async (_what, input, status, code, message) => {
    await sns.sns.send(
      new sdk.SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: "DisplayName", AttributeValue: "" }),
    );
    expect(await refusal(create(input))).toEqual({ status, code, message });
  });
});

describe("subscriptions", () => {
  test("are made once for an endpoint, described, changed and ended", async () => {
    const { SubscriptionArn } = await subscribe({ Attributes: { RawMessageDelivery: "true" } });
    expect(await subscribe()).toMatchObject({ SubscriptionArn });
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.sns.send(new sdk.SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    const get = async () =>
      (await sns.sns.send(new sdk.GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
    const redrive = JSON.stringify({ deadLetterTargetArn: DLQ });
    await set("FilterPolicy", '{"a":["b"]}');
    await set("RedrivePolicy", redrive);
    expect(await get()).toEqual({
      SubscriptionArn,
      TopicArn: TOPIC,
      Protocol: "sqs",
      Endpoint: QUEUE,
      Owner: "000000000000",
      ConfirmationWasAuthenticated: "true",
      PendingConfirmation: "false",
      SubscriptionPrincipal: expect.any(String),
      RawMessageDelivery: "true",
      FilterPolicy: '{"a":["b"]}',
      FilterPolicyScope: "MessageAttributes",
      RedrivePolicy: redrive,
    });
    await set("FilterPolicy", "");
    expect(await get()).not.toHaveProperty("FilterPolicy");
    const { Subscriptions } = await sns.sns.send(new sdk.ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
    expect(Subscriptions).toEqual([
      { SubscriptionArn, TopicArn: TOPIC, Protocol: "sqs", Endpoint: QUEUE, Owner: "000000000000" },
    ]);
    await sns.sns.send(new sdk.UnsubscribeCommand({ SubscriptionArn }));
    await sns.sns.send(new sdk.UnsubscribeCommand({ SubscriptionArn }));
    expect(await refusal(get())).toMatchObject({ code: "NotFound", message: "Subscription does not exist" });
  });

  const reason = (what: string) => `Invalid parameter: Attributes Reason: ${what}`;
  test.each<[string, Partial<sdk.SubscribeCommandInput>, number, string]>([
    [
      "an unknown protocol",
      { Protocol: "pigeon" },
      400,
      "Invalid parameter: Amazon SNS does not support this protocol string: pigeon",
    ],
    [
      "an e-mail address",
      { Protocol: "email", Endpoint: "a@example.com" },
      501,
      "A subscription with the protocol email is not implemented by the local cloud",
    ],
    [
      "the URL of a queue",
      { Endpoint: "https://sqs.eu-central-2.amazonaws.com/000000000000/inbox" },
      400,
      "Invalid parameter: SQS endpoint ARN",
    ],
    ["a queue as a function", { Protocol: "lambda" }, 400, "Invalid parameter: Lambda endpoint ARN"],
    [
      "a FIFO queue",
      { Endpoint: `${QUEUE}.fifo` },
      400,
      "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    ],
    ["an unknown topic", { TopicArn: `${TOPIC}-2` }, 404, "Topic does not exist"],
    [
      "a raw delivery that is neither true nor false",
      { Attributes: { RawMessageDelivery: "x" } },
      400,
      reason("RawMessageDelivery: Invalid value [x]. Must be true or false."),
    ],
    [
      "raw delivery to a function",
      { Protocol: "lambda", Endpoint: FUNCTION, Attributes: { RawMessageDelivery: "true" } },
      400,
      reason("Delivery protocol [lambda] does not support raw message delivery."),
    ],
    [
      "a filter policy that is no list",
      { Attributes: { FilterPolicy: '{"a":"b"}' } },
      400,
      reason('FilterPolicy: "a" must be an object or an array'),
    ],
    [
      "a redrive policy without an ARN",
      { Attributes: { RedrivePolicy: '{"deadLetterTargetArn":"x"}' } },
      400,
      reason("RedrivePolicy: deadLetterTargetArn is an invalid arn"),
    ],
    [
      "an unknown scope",
      { Attributes: { FilterPolicyScope: "x" } },
      400,
      reason("FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes"),
    ],
    [
      "a delivery policy",
      { Attributes: { DeliveryPolicy: "{}" } },
      501,
      "The subscription attribute DeliveryPolicy is not implemented by the local cloud",
    ],
  ])("refuse %s", async (_what, input, status, message) => {
    expect(await refusal(subscribe(input))).toMatchObject({ status, message });
  });

  test("of other attributes than the endpoint has are refused", async () => {
    await subscribe();
    const message = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes";
    expect(await refusal(subscribe({ Attributes: { RawMessageDelivery: "true" } }))).toMatchObject({ message });
  });

  test("are ended by the address in a notification, too, which is not signed", async () => {
    await subscribe();
    await sns.sns.send(new sdk.PublishCommand({ TopicArn: TOPIC, Message: "hello" }));
    const { UnsubscribeURL } = JSON.parse(sns.receive(QUEUE)[0]?.body ?? "");
    expect((await fetch(UnsubscribeURL)).status).toBe(200);
    expect(sns.topics.subscriptions()).toEqual([]);
  });
});

describe("a request", () => {
  test.each([
    ["an action that SNS has and the local cloud has not", "Action=CreatePlatformApplication", 501, "NotImplemented"],
    ["an action that is the name of something else", "Action=constructor", 501, "NotImplemented"],
    ["no action", "Version=2010-03-31", 400, "MissingAction"],
    ["no parameter that is needed", "Action=Subscribe", 400, "InvalidParameter"],
    [
      "a list with two equal keys",
      "Action=CreateTopic&Name=a&Tags.member.1.Key=a&Tags.member.2.Key=a",
      400,
      "InvalidParameter",
    ],
    [
      "a list that is none",
      "Action=PublishBatch&TopicArn=" + TOPIC + "&PublishBatchRequestEntries.member.x.Id=a",
      400,
      "EmptyBatchRequest",
    ],
    ["what is no form", "{}", 400, "MissingAction"],
  ])("with %s is refused in SNS's XML", async (_what, form, status, code) => {
    const answer = await sns.send(form);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(
      /^<ErrorResponse xmlns="http:\/\/sns\.amazonaws\.com\/doc\/2010-03-31\/"><Error><Type>Sender<\/Type>/,
    );
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  test("with characters that no XML can hold is answered in XML that can be read", async () => {
    const { TopicArn } = await sns.sns.send(
      new sdk.CreateTopicCommand({ Name: "strange", Tags: [{ Key: "k", Value: "a\u0000<b>\u001f" }] }),
    );
    const { Tags } = await sns.sns.send(new sdk.ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    expect(Tags).toEqual([{ Key: "k", Value: "a\uFFFD<b>\uFFFD" }]);
    await sns.sns.send(new sdk.DeleteTopicCommand({ TopicArn }));
  });

  test("above the limit of a message is refused, and the next one is answered", async () => {
    const form = `Action=Publish&TopicArn=${TOPIC}&Message=${"x".repeat(9 * 1024 * 1024)}`;
    expect(await sns.send(form)).toMatchObject({ status: 413 });
    expect(await sns.send("Action=ListTopics")).toMatchObject({ status: 200 });
  });

  test("with its parameters in the path is answered as well", async () => {
    expect(await sns.send("", "/?Action=ListTopics")).toMatchObject({
      status: 200,
      body: expect.stringContaining(TOPIC),
    });
  });
});
