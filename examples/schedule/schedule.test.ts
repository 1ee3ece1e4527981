import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
}, 300_000);
afterAll(() => cloud?.stop());

const logged = (text: string) => cloud.lambda.logs().filter(({ line }) => line.includes(text)).length;

test("a schedule fires when it is told to, without a wait for its time", async () => {
  cloud.tick("Nightly");
  cloud.tick("Weekdays");
  await cloud.waitUntilIdle();
  expect([logged("nightly report on sales"), logged("report on stock for the day")]).toEqual([1, 1]);
});
