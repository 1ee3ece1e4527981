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

test("a table has a stream only where it is asked for", () => {
  const table = "arn:aws:dynamodb:eu-central-2:000000000000:table/t";
  expect(create("aws:dynamodb/table:Table", { name: "t", streamEnabled: true }).state).toMatchObject({
    arn: table,
    streamArn: `${table}/stream/latest`,
  });
  expect(create("aws:dynamodb/table:Table", { name: "t", streamEnabled: false }).state).not.toHaveProperty("streamArn");
});

test("a resource of another type is as it was asked for", () => {
  expect(create("aws:lambda/permission:Permission", { action: "a" })).toEqual({
    id: "Logical",
    state: { action: "a" },
  });
});

test("the place is known", () => {
  expect(lookUp("aws:index/getRegion:getRegion", {}, place)).toMatchObject({ region: "eu-central-2" });
  expect(lookUp("aws:index/getCallerIdentity:getCallerIdentity", {}, place)).toMatchObject({
    accountId: "000000000000",
  });
});

test("a lookup that only AWS can answer is an error that names it, where Pulumi passes it on too", () => {
  const token = "aws:ec2/getVpc:getVpc";
  expect(() => lookUp(token, {}, place)).toThrow(UnknownLookup);
  expect(() => lookUp(token, {}, place)).toThrow(
    expect.objectContaining({ token, details: expect.stringContaining(token) }),
  );
});
