import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
}, 300_000);
afterAll(() => cloud?.stop());

const publish = (type: string, id: string) =>
  cloud.lambda.invoke(cloud.resource("MyPublisher").name, JSON.stringify({ type, id }));
const sent = (id: string) => cloud.lambda.logs().filter(({ line }) => line.includes(`sent ${id}`)).length;

test("an event that the pattern lets through reaches the subscriber, another one does not", async () => {
  await publish("parcel.sent", "a");
  await publish("parcel.lost", "b");
  await cloud.waitUntilIdle();
  expect([sent("a"), sent("b")]).toEqual([1, 0]);
});
