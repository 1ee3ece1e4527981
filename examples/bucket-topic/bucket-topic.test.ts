import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
  Object.assign(process.env, cloud.environment);
}, 300_000);
afterAll(() => cloud?.stop());

test("the deletion of an object reaches the function that is subscribed to the bucket's topic", async () => {
  const s3 = new S3Client();
  const object = { Bucket: cloud.resource("MyBucket").name, Key: "notes.txt" };
  await s3.send(new PutObjectCommand({ ...object, Body: "hello" }));
  await s3.send(new DeleteObjectCommand(object));
  s3.destroy();
  await cloud.waitUntilIdle();
  const told = cloud.lambda.logs().filter(({ line }) => line.includes(" of notes.txt"));
  expect(told.map(({ line }) => line)).toEqual([expect.stringContaining("ObjectRemoved:Delete of notes.txt")]);
});
