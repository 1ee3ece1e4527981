import { describe, expect, test } from "vitest";
import { routeOf } from "./route.ts";

const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=doorbell/20260101/eu-central-2/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

describe("a request goes to", () => {
  test.each([
    ["dynamodb", "dynamodb"],
    ["lambda", "lambda"],
    ["logs", "logs"],
    ["s3", "fauxqs"],
    ["sqs", "fauxqs"],
    ["sns", "sns"],
    ["events", "events"],
    ["scheduler", "scheduler"],
    ["sts", "fauxqs"],
    ["kinesis", "unknown"],
  ])("the service it is signed for: %s", (service, route) => {
    expect(routeOf("/", signedFor(service))).toBe(route);
  });

  test("S3 when it is signed for S3, though a key looks like the path of another service", () => {
    expect(routeOf("/2015-03-31/functions/x", signedFor("s3"))).toBe("fauxqs");
  });

  test("the service of a presigned URL", () => {
    const query = "X-Amz-Credential=doorbell%2F20260101%2Feu-central-2%2Fs3%2Faws4_request&X-Amz-Signature=0";
    expect(routeOf(`/bucket/2015-03-31?${query}`, { "x-amz-target": "DynamoDB_20120810.Scan" })).toBe("fauxqs");
  });

  test("the service of its target when it is not signed", () => {
    expect(routeOf("/", { "x-amz-target": "DynamoDB_20120810.Scan" })).toBe("dynamodb");
    expect(routeOf("/", { "x-amz-target": "DynamoDBStreams_20120810.GetRecords" })).toBe("dynamodb");
    expect(routeOf("/", { "x-amz-target": "AmazonSQS.SendMessage" })).toBe("fauxqs");
    expect(routeOf("/", { "x-amz-target": "Logs_20140328.FilterLogEvents" })).toBe("logs");
    expect(routeOf("/", { "x-amz-target": "Kinesis_20131202.PutRecord" })).toBe("unknown");
  });

  test("Lambda by the date of its API in the path when it is not signed", () => {
    expect(routeOf("/2015-03-31/functions/worker/invocations", {})).toBe("lambda");
  });

  test("SNS when it is a form or an action in a query that is not signed", () => {
    expect(routeOf("/", { "content-type": "application/x-www-form-urlencoded; charset=utf-8" })).toBe("sns");
    expect(routeOf("/?Action=Unsubscribe&SubscriptionArn=x", {})).toBe("sns");
    expect(routeOf("/bucket/key?Action=x", {})).toBe("fauxqs");
    expect(routeOf("/", { "content-type": "multipart/form-data; boundary=x" })).toBe("fauxqs");
  });

  test("the local cloud's own API by its path", () => {
    expect(routeOf("/_doorbell/status", {})).toBe("admin");
  });

  test("S3 when nothing says otherwise", () => {
    expect(routeOf("/bucket/key", {})).toBe("fauxqs");
  });
});
