import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
  Object.assign(process.env, cloud.environment);
}, 300_000);
afterAll(() => cloud?.stop());

test("an object whose key has the suffix reaches the subscriber", async () => {
  const s3 = new S3Client();
  for (const Key of ["notes.txt", "picture.png"])
    await s3.send(new PutObjectCommand({ Bucket: cloud.resource("MyBucket").name, Key, Body: "hello" }));
  s3.destroy();
  await cloud.waitUntilIdle();
  const uploaded = cloud.lambda.logs().filter(({ line }) => line.includes("uploaded"));
  expect(uploaded.map(({ line }) => line)).toEqual([expect.stringContaining("uploaded notes.txt, 5 bytes")]);
});
