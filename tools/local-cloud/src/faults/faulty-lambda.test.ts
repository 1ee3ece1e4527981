import { expect, test } from "vitest";
import type { InvocationResult } from "../lambda/invocation.ts";
import { createSeededDecisions } from "./seeded-decisions.ts";
import { completePlan, type FaultPlan } from "./fault-plan.ts";
import { createFaultyInvoke } from "./faulty-lambda.ts";

function decisionsOf(given: FaultPlan) {
  const plan = completePlan(given);
  return createSeededDecisions(() => plan);
}

const STREAM = '{"Records":[{"dynamodb":{"Keys":{"id":{"S":"a"}}}}]}';
const QUEUE = '{"Records":[{"body":"a"}]}';
const answer: InvocationResult = { requestId: "r", payload: "null", logTail: "", durationMs: 1, billedMs: 1 };

function invokeWith(plan: Omit<FaultPlan, "seed">) {
  const given: string[] = [];
  const invoke = createFaultyInvoke(
    async (_name, payload) => {
      given.push(payload);
      return answer;
    },
    decisionsOf({ seed: 7, ...plan }),
  );
  return { given, invoke };
}

test("an invocation is throttled, and nothing ran", async () => {
  const { given, invoke } = invokeWith({ throttles: 1 });
  await expect(invoke("worker", QUEUE)).rejects.toMatchObject({ code: "TooManyRequestsException" });
  expect(given).toEqual([]);
});

test("a batch of a stream is delivered twice, a batch of a queue is the queue's own affair", async () => {
  const { given, invoke } = invokeWith({ duplicates: 1 });
  expect(await invoke("worker", STREAM)).toEqual(answer);
  await invoke("worker", QUEUE);
  expect(given).toEqual([STREAM, STREAM, QUEUE]);
});

test("a batch of a stream that was handled is told to have failed, so that it comes again", async () => {
  const { given, invoke } = invokeWith({ lateRedelivery: 1 });
  expect(await invoke("worker", STREAM)).toMatchObject({ functionError: "Unhandled" });
  expect(given).toEqual([STREAM]);
});
