import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
  Object.assign(process.env, cloud.environment);
}, 300_000);
afterAll(() => cloud?.stop());

test("the messages of a group come in order, and one that was sent twice comes once", async () => {
  const sqs = new SQSClient();
  const QueueUrl = cloud.resource("MyQueue").url;
  for (const step of ["1", "2", "2", "3", "4"])
    await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: step, MessageGroupId: "a", MessageDeduplicationId: step }),
    );
  sqs.destroy();
  await cloud.waitUntilIdle();
  const steps = cloud.lambda.logs().flatMap(({ line }) => /step (\d)/.exec(line)?.[1] ?? []);
  expect(steps).toEqual(["1", "2", "3", "4"]);
});
