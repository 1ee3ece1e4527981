import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
}, 300_000);
afterAll(() => cloud?.stop());

const logged = (text: string) => cloud.lambda.logs().filter(({ line }) => line.includes(text)).length;

test("a message reaches the function and the queue that are subscribed", async () => {
  await cloud.lambda.invoke(cloud.resource("MyPublisher").name, JSON.stringify({ text: "news" }));
  await cloud.waitUntilIdle();
  expect([logged("told news"), logged("queued news")]).toEqual([1, 1]);
});
