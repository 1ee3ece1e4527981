import { expect, test } from "vitest";
import { createShutdown } from "./shutdown.ts";

test("parts stop in the order of who asks whom, however they started", async () => {
  const stopped: string[] = [];
  const shutdown = createShutdown();
  for (const part of ["state", "dynamodb", "lambda", "endpoint", "eventSources"] as const)
    shutdown.on(part, async () => void stopped.push(part));
  await shutdown.run();
  expect(stopped).toEqual(["eventSources", "lambda", "endpoint", "dynamodb", "state"]);
});

test("a part that fails to stop keeps none of the others running, and is told of", async () => {
  const stopped: string[] = [];
  const shutdown = createShutdown();
  shutdown.on("lambda", () => Promise.reject(new Error("stuck")));
  shutdown.on("state", () => void stopped.push("state"));
  await expect(shutdown.run()).rejects.toMatchObject({ errors: [new Error("stuck")] });
  expect(stopped).toEqual(["state"]);
});

test("a second stop awaits the first", async () => {
  let times = 0;
  const shutdown = createShutdown();
  shutdown.on("state", () => void (times += 1));
  await Promise.all([shutdown.run(), shutdown.run()]);
  expect(times).toBe(1);
});
