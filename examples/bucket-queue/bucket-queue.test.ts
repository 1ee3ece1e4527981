import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
  Object.assign(process.env, cloud.environment);
}, 300_000);
afterAll(() => cloud?.stop());

test("an object reaches the function that listens to the bucket's queue", async () => {
  const s3 = new S3Client();
  await s3.send(new PutObjectCommand({ Bucket: cloud.resource("MyBucket").name, Key: "notes.txt", Body: "hello" }));
  s3.destroy();
  await cloud.waitUntilIdle();
  const uploaded = cloud.lambda.logs().filter(({ line }) => line.includes("uploaded notes.txt, 5 bytes"));
  expect(uploaded).toHaveLength(1);
});
