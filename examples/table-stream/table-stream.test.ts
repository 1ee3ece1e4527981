import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
}, 300_000);
afterAll(() => cloud?.stop());

const write = (id: string, message: string) =>
  cloud.lambda.invoke(cloud.resource("MyWriter").name, JSON.stringify({ id, message }));
const saw = (text: string) => cloud.lambda.logs().filter(({ line }) => line.includes(`saw ${text}`)).length;

test("only the items that the filter lets through reach the subscriber", async () => {
  await write("a", "Hello");
  await write("b", "Goodbye");
  await write("a", "Goodbye");
  await cloud.waitUntilIdle();
  expect([saw("INSERT of a"), saw("INSERT of b"), saw("MODIFY of a")]).toEqual([1, 0, 0]);
}, 60_000);
