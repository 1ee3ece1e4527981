import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ root: import.meta.dirname });
}, 300_000);
afterAll(() => cloud?.stop());

test("each route reaches its function, and no other path does", async () => {
  const url = String(cloud.outputs["api"]);
  const found = await fetch(new URL("/orders/42", url));
  expect([found.status, await found.json()]).toEqual([200, { id: "42" }]);
  const made = await fetch(new URL("/orders", url), { method: "POST", body: "one" });
  expect([made.status, await made.text()]).toEqual([201, "one"]);
  expect((await fetch(new URL("/other", url))).status).toBe(404);
});
