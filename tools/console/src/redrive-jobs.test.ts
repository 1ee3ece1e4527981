import { expect, it } from "vitest";
import { fakePorts } from "../test/fake-ports.ts";
import type { RedriveJob } from "./protocol.ts";
import { createRedriveJobs } from "./redrive-jobs.ts";

function start(undoMs: number) {
  const fake = fakePorts();
  const told: RedriveJob[] = [];
  const waiting: { readonly until: (job: RedriveJob) => boolean; readonly resolve: (job: RedriveJob) => void }[] = [];
  const jobs = createRedriveJobs({
    failures: fake.ports.failures,
    undoMs,
    tell(job) {
      told.push(job);
      for (const { until, resolve } of waiting) if (until(job)) resolve(job);
    },
  });
  const when = (until: (job: RedriveJob) => boolean): Promise<RedriveJob> =>
    new Promise((resolve) => {
      const known = told.find(until);
      if (known !== undefined) resolve(known);
      else waiting.push({ until, resolve });
    });
  return { fake, jobs, told, when };
}

const LONG_MS = 600_000;

it("waits, runs, and tells how far it is and how each ended", async () => {
  const { fake, jobs, told, when } = start(1);
  fake.onSend = (id) =>
    Promise.resolve(id === "b" ? { id, result: "kept", detail: "no access" } : { id, result: "sent" });
  jobs.start(["a", "b", "c"]);
  const ended = await when(({ state }) => state === "ended");
  expect(told.map(({ state, done }) => `${state} ${done}`)).toEqual([
    "waiting 0",
    "running 0",
    "running 1",
    "running 2",
    "running 3",
    "ended 3",
  ]);
  expect(ended).toMatchObject({
    counts: { sent: 2, kept: 1 },
    details: [{ id: "b", detail: "no access" }],
    stopped: false,
  });
});

it("is undone before it starts as if it had never been", async () => {
  const { fake, jobs } = start(LONG_MS);
  const { id } = jobs.start(["a"]);
  expect(jobs.stop(id)).toMatchObject({ state: "undone" });
  await jobs.close();
  expect(fake.redriven).toEqual([]);
});

it("is stopped after the failure that is under way", async () => {
  const { fake, jobs, when } = start(1);
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  fake.onSend = async (id) => {
    reached.resolve();
    await goOn.promise;
    return { id, result: "sent" };
  };
  const { id } = jobs.start(["a", "b", "c"]);
  await reached.promise;
  jobs.stop(id);
  goOn.resolve();
  expect(await when(({ state }) => state === "ended")).toMatchObject({ done: 1, stopped: true });
});

it("runs one after the other, and tells why one broke off", async () => {
  const { fake, jobs, when } = start(1);
  let running = 0;
  let most = 0;
  fake.onSend = async (id) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (id === "broken") throw new Error("the queue is gone");
    return { id, result: "sent" };
  };
  const first = jobs.start(["a", "b"]);
  const second = jobs.start(["broken", "c"]);
  await when(({ id, state }) => id === first.id && state === "ended");
  expect(await when(({ id, state }) => id === second.id && state === "ended")).toMatchObject({
    problem: "the queue is gone",
    done: 0,
  });
  expect(most).toBe(1);
});
