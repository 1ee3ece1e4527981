import { expect, test } from "vitest";
import { UnknownLookup, createResource, lookUp } from "./mock-cloud.ts";

const place = { account: "000000000000", region: "eu-central-2" };
const create = (type: string, inputs: Record<string, unknown>) =>
  createResource({ type, name: "Logical", inputs }, place);

test.each([
  [
    "aws:sqs/queue:Queue",
    { name: "q" },
    { arn: "arn:aws:sqs:eu-central-2:000000000000:q", url: "https://sqs.eu-central-2.amazonaws.com/000000000000/q" },
  ],
  ["aws:s3/bucket:Bucket", { bucket: "b" }, { arn: "arn:aws:s3:::b" }],
  ["aws:lambda/function:Function", { name: "f" }, { arn: "arn:aws:lambda:eu-central-2:000000000000:function:f" }],
  ["aws:iam/role:Role", { name: "r" }, { arn: "arn:aws:iam::000000000000:role/r" }],
  [
    "aws:cloudwatch/logGroup:LogGroup",
    { name: "/aws/lambda/f" },
    { arn: "arn:aws:logs:eu-central-2:000000000000:log-group:/aws/lambda/f" },
  ],
  ["aws:lambda/eventSourceMapping:EventSourceMapping", { batchSize: 10 }, { uuid: "Logical" }],
  ["aws:sns/topic:Topic", { name: "t" }, { arn: "arn:aws:sns:eu-central-2:000000000000:t" }],
])("%s gets the identifiers that AWS would give it", (type, inputs, attributes) => {
  expect(create(type, inputs).state).toMatchObject({ ...inputs, ...attributes });
});

test("what AWS draws at random, and other resources' inputs hold, is told apart: the id of an API, addresses", () => {
  const { id, drawn } = createResource(
    { type: "aws:apigatewayv2/api:Api", name: "ShopApi", inputs: { protocolType: "HTTP" } },
    place,
  );
  expect(drawn).toEqual({ id, apiEndpoint: `https://${id}.execute-api.eu-central-2.amazonaws.com` });
  expect(create("aws:lambda/functionUrl:FunctionUrl", { functionName: "f" }).drawn).toEqual({
    functionUrl: expect.stringMatching(/^https:\/\/[a-z0-9]{32}\.lambda-url/),
  });
  expect(create("aws:sqs/queue:Queue", { name: "q" })).not.toHaveProperty("drawn");
});

test("a table has a stream only where it is asked for", () => {
  const table = "arn:aws:dynamodb:eu-central-2:000000000000:table/t";
  expect(create("aws:dynamodb/table:Table", { name: "t", streamEnabled: true }).state).toMatchObject({
    arn: table,
    streamArn: `${table}/stream/latest`,
  });
  expect(create("aws:dynamodb/table:Table", { name: "t", streamEnabled: false }).state).not.toHaveProperty("streamArn");
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  [
    "aws:lambda/functionUrl:FunctionUrl",
    { functionName: "f" },
    { functionUrl: expect.stringMatching(/^https:\/\/[a-z0-9]{32}\.lambda-url\.eu-central-2\.on\.aws\/$/) },
  ],
  [
    "aws:apigatewayv2/api:Api",
    { name: "a", protocolType: "HTTP" },
    {
      apiEndpoint: expect.stringMatching(/^https:\/\/[a-z0-9]{10}\.execute-api\.eu-central-2\.amazonaws\.com$/),
      executionArn: expect.stringMatching(/^arn:aws:execute-api:eu-central-2:000000000000:[a-z0-9]{10}$/),
    },
  ],
  ["aws:apigatewayv2/api:Api", { protocolType: "WEBSOCKET" }, { apiEndpoint: expect.stringMatching(/^wss:/) }],
  ["aws:cloudwatch/eventBus:EventBus", { name: "b" }, { arn: "arn:aws:events:eu-central-2:000000000000:event-bus/b" }],
  ["aws:cloudwatch/eventRule:EventRule", { name: "r" }, { arn: "arn:aws:events:eu-central-2:000000000000:rule/r" }],
  [
    "aws:cloudwatch/eventRule:EventRule",
    { name: "r", eventBusName: "b" },
    { arn: "arn:aws:events:eu-central-2:000000000000:rule/b/r" },
  ],
  [
    "aws:scheduler/schedule:Schedule",
    { name: "s" },
    { arn: "arn:aws:scheduler:eu-central-2:000000000000:schedule/default/s" },
  ],
  ["aws:kinesis/stream:Stream", { name: "k" }, { arn: "arn:aws:kinesis:eu-central-2:000000000000:stream/k" }],
  ["aws:glue/registry:Registry", { name: "g" }, { arn: "arn:aws:glue:eu-central-2:000000000000:registry/g" }],
])("%s %j is known by what AWS would call it", (type, inputs, attributes) => {
  expect(create(type, inputs).state).toMatchObject(attributes);
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ["aws:sqs/queue:Queue", {}, { name: "Logical" }],
  ["aws:sqs/queue:Queue", { fifoQueue: true }, { name: "Logical.fifo" }],
  ["aws:s3/bucket:Bucket", {}, { bucket: "logical", arn: "arn:aws:s3:::logical" }],
  ["aws:sns/topic:Topic", { namePrefix: "t-" }, { name: expect.stringMatching(/^t-[a-z0-9]{8}$/) }],
])("a raw %s %j without a name gets one", (type, inputs, attributes) => {
  expect(create(type, inputs).state).toMatchObject(attributes);
});

test.each([
  ["aws:sqs/queue:Queue", "https://sqs.eu-central-2.amazonaws.com/123456789012/theirs", { name: "theirs" }],
  ["aws:sns/topic:Topic", "arn:aws:sns:eu-central-2:123456789012:theirs", { name: "theirs" }],
  ["aws:s3/bucket:Bucket", "theirs", { bucket: "theirs" }],
])("a %s that somebody else made is known by its id", (type, existing, attributes) => {
  const found = createResource({ type, name: "Logical", inputs: {}, existing }, place);
  expect(found).toMatchObject({ id: existing, state: attributes });
});

test("a resource of another provider is as it was asked for", () => {
  expect(create("stripe:index/product:Product", { action: "a" })).toEqual({ id: "Logical", state: { action: "a" } });
});

test("the place is known", () => {
  expect(lookUp("aws:index/getRegion:getRegion", {}, place)).toMatchObject({ region: "eu-central-2" });
  expect(lookUp("aws:index/getCallerIdentity:getCallerIdentity", {}, place)).toMatchObject({
    accountId: "000000000000",
  });
});

test("what is in an ARN is read from it", () => {
  const arn = "arn:aws:events:eu-west-1:123456789012:event-bus/b:c";
  expect(lookUp("aws:index/getArn:getArn", { arn }, place)).toMatchObject({
    service: "events",
    region: "eu-west-1",
    account: "123456789012",
    resource: "event-bus/b:c",
  });
});

test("a lookup that only AWS can answer is an error that names it", () => {
  const token = "aws:ec2/getVpc:getVpc";
  expect(() => lookUp(token, {}, place)).toThrow(UnknownLookup);
  expect(() => lookUp(token, {}, place)).toThrow(
    expect.objectContaining({ token, message: expect.stringContaining(token) }),
  );
});
