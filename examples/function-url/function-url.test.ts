import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
}, 300_000);
afterAll(() => cloud?.stop());

test("the function answers at its URL", async () => {
  const response = await fetch(`${cloud.outputs["url"]}?name=world`);
  expect(await response.text()).toBe("hello world");
  expect(cloud.outputs["url"]).toBe(cloud.resource("MyFunction").url);
});

test("a function that is linked to it finds the URL", async () => {
  const { payload } = await cloud.lambda.invoke(cloud.resource("MyCaller").name, "{}");
  expect(JSON.parse(payload)).toBe("hello Lambda");
});
