import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";

let cloud;
before(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
  Object.assign(process.env, cloud.environment);
});
after(() => cloud?.stop());

const logged = (text) => cloud.lambda.logs().filter(({ line }) => line.includes(text)).length;

async function send(MessageBody) {
  const sqs = new SQSClient();
  await sqs.send(new SendMessageCommand({ QueueUrl: cloud.resource("MyQueue").url, MessageBody }));
  sqs.destroy();
}

test("a message that fails twice reaches the subscriber of the dead-letter queue", async () => {
  await send("bad order");
  await cloud.eventually(() => assert.equal(logged("gave up on bad order"), 1), 60_000);
  assert.equal(logged("trying bad order"), 2);
});

test("a message that is handled does not", async () => {
  await send("good order");
  await cloud.waitUntilIdle();
  assert.equal(logged("trying good order"), 1);
  assert.equal(logged("gave up on good order"), 0);
});
