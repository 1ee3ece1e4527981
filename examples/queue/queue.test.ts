import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
  Object.assign(process.env, cloud.environment);
}, 300_000);
afterAll(() => cloud?.stop());

const received = () => cloud.lambda.logs().filter(({ line }) => line.includes("received")).length;

test("a message from outside reaches the subscriber", async () => {
  const sqs = new SQSClient();
  await sqs.send(new SendMessageCommand({ QueueUrl: cloud.resource("MyQueue").url, MessageBody: "hello" }));
  sqs.destroy();
  await cloud.waitUntilIdle();
  expect(received()).toBe(1);
});

test("a message of the linked function reaches the subscriber", async () => {
  await cloud.lambda.invoke(cloud.resource("MyPublisher").name, JSON.stringify({ text: "hello" }));
  await cloud.eventually(() => expect(received()).toBe(2));
});

test("a message that SQS delivers twice is seen twice", async () => {
  cloud.faults({ seed: 1, duplicates: 1 });
  await cloud.lambda.invoke(cloud.resource("MyPublisher").name, JSON.stringify({ text: "twice" }));
  await cloud.eventually(() => expect(received()).toBe(4));
  cloud.faults();
});

test("what run() returns leads to the local endpoint", () => {
  expect(cloud.outputs).toEqual({
    queue: cloud.resource("MyQueue").url,
    publisher: cloud.resource("MyPublisher").name,
  });
});
