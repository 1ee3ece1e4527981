import { describe, expect, test } from "vitest";
import { type ApiRequest, UnknownCall, accessOf } from "./iam-actions.ts";

const place = { region: "eu-central-2", account: "000000000000" };
const orders = "arn:aws:dynamodb:eu-central-2:000000000000:table/orders";
const audit = "arn:aws:dynamodb:eu-central-2:000000000000:table/audit";

const posted = (target: string, body: object): ApiRequest => ({
  method: "POST",
  url: "/",
  headers: { "x-amz-target": target },
  body: JSON.stringify(body),
});
const dynamodb = (operation: string, body: object) => posted(`DynamoDB_20120810.${operation}`, body);
const needs = (request: ApiRequest) => accessOf(request, place).map(({ action, resource }) => `${action} ${resource}`);

describe("DynamoDB", () => {
  test("PartiQL statements need actions of their own, each on its table", () => {
    const statements = [
      `INSERT INTO "orders" VALUE {'id':?}`,
      `UPDATE "orders" SET "a"=? WHERE "id"=?`,
      `SELECT * FROM "audit" WHERE "id"=?`,
      `DELETE FROM audit WHERE "id"=?`,
    ].map((Statement) => ({ Statement }));
    expect(needs(dynamodb("BatchExecuteStatement", { Statements: statements }))).toEqual([
      `dynamodb:PartiQLInsert ${orders}`,
      `dynamodb:PartiQLUpdate ${orders}`,
      `dynamodb:PartiQLSelect ${audit}`,
      `dynamodb:PartiQLDelete ${audit}`,
    ]);
  });

  test("a transaction needs the actions of its items", () => {
    const items = [
      { Put: { TableName: "orders" } },
      { Update: { TableName: "audit" } },
      { ConditionCheck: { TableName: "orders" } },
    ];
    expect(needs(dynamodb("TransactWriteItems", { TransactItems: items }))).toEqual([
      `dynamodb:PutItem ${orders}`,
      `dynamodb:UpdateItem ${audit}`,
      `dynamodb:ConditionCheckItem ${orders}`,
    ]);
  });

  test("a batch read needs its own action on each table", () => {
    expect(needs(dynamodb("BatchGetItem", { RequestItems: { orders: {}, audit: {} } }))).toEqual([
      `dynamodb:BatchGetItem ${orders}`,
      `dynamodb:BatchGetItem ${audit}`,
    ]);
  });

  test("an operation on one table needs the action of its name", () => {
    expect(needs(dynamodb("PutItem", { TableName: "orders" }))).toEqual([`dynamodb:PutItem ${orders}`]);
  });
});

test("SQS: a batch needs the action of one message", () => {
  const QueueUrl = "http://127.0.0.1:4566/000000000000/orders";
  expect(needs(posted("AmazonSQS.SendMessageBatch", { QueueUrl }))).toEqual([
    "sqs:SendMessage arn:aws:sqs:eu-central-2:000000000000:orders",
  ]);
});

test.each([
  ["GET", "/b/a/key%20one.csv?x-id=GetObject", "s3:GetObject arn:aws:s3:::b/a/key one.csv"],
  ["GET", "/b/k?versionId=1", "s3:GetObjectVersion arn:aws:s3:::b/k"],
  ["HEAD", "/b/k", "s3:GetObject arn:aws:s3:::b/k"],
  ["GET", "/b?list-type=2", "s3:ListBucket arn:aws:s3:::b"],
  ["PUT", "/b/k", "s3:PutObject arn:aws:s3:::b/k"],
  ["POST", "/b/k?uploads", "s3:PutObject arn:aws:s3:::b/k"],
  ["PUT", "/b/k?partNumber=1&uploadId=u", "s3:PutObject arn:aws:s3:::b/k"],
  ["POST", "/b/k?uploadId=u", "s3:PutObject arn:aws:s3:::b/k"],
  ["DELETE", "/b/k?uploadId=u", "s3:AbortMultipartUpload arn:aws:s3:::b/k"],
  ["DELETE", "/b/k", "s3:DeleteObject arn:aws:s3:::b/k"],
])("S3: %s %s needs %s", (method, url, access) => {
  expect(needs({ method, url, headers: {}, body: "" })).toEqual([access]);
});

test.each([
  dynamodb("ExecuteTransaction", {}),
  dynamodb("ExecuteStatement", { Statement: "EXISTS(SELECT 1)" }),
  posted("Kinesis_20131202.PutRecord", {}),
  { method: "POST", url: "/b?delete", headers: {}, body: "" },
])("a call that is not known is an error, never passed over: %j", (request) => {
  expect(() => accessOf(request, place)).toThrow(UnknownCall);
});
