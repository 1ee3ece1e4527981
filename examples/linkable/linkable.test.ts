import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname, stage: "test", secrets: { MyToken: "s3cret" } });
}, 300_000);
afterAll(() => cloud?.stop());

test("a function finds what is linked to it, its variables, and the files beside it", async () => {
  const { payload } = await cloud.lambda.invoke(cloud.resource("MyReader").name, "{}");
  expect(JSON.parse(payload)).toEqual({
    app: { name: "linkable", stage: "test" },
    settings: expect.objectContaining({ currency: "EUR", limits: { lines: 500 } }),
    token: "s3cret",
    greeting: "hello",
    query: "select 1",
    words: "one two",
  });
});
