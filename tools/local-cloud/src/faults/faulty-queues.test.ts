import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createQueues } from "../emulators/fauxqs-queues.ts";
import { startFauxqs, type Fauxqs } from "../emulators/fauxqs.ts";
import type { Queues } from "../emulators/queues.ts";
import { readGraph } from "../graph/read-graph.ts";
import { testGraph } from "../../test/testing-graph.ts";
import { createSeededDecisions } from "./seeded-decisions.ts";
import { completePlan, type FaultPlan } from "./fault-plan.ts";
import { createFaultyQueues } from "./faulty-queues.ts";

function decisionsOf(given: FaultPlan) {
  const plan = completePlan(given);
  return createSeededDecisions(() => plan);
}

const ORDERS = "arn:aws:sqs:eu-central-2:000000000000:test-orders";
const LONG = { visibilityMs: 60_000 };

let fauxqs: Fauxqs;
let inner: Queues;
beforeEach(async () => {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:1", region: "eu-central-2" });
  inner = createQueues(fauxqs.sqs, readGraph(testGraph()).queues);
});
afterEach(() => fauxqs.stop());

const withFaults = (plan: Omit<FaultPlan, "seed">) => createFaultyQueues(inner, decisionsOf({ seed: 7, ...plan }));

/** The next `count` messages; after them none is to come. */
async function receive(queues: Queues, count: number) {
  const never = new AbortController().signal;
  const found = [];
  for (const end = Date.now() + 4_000; found.length < count && Date.now() < end;) {
    found.push(...queues.receive(ORDERS, 10, LONG));
    if (found.length < count) await queues.waitForMessage(ORDERS, 1_000, never);
  }
  expect(queues.depth(ORDERS).visible).toBe(0);
  return found;
}

describe("a standard queue", () => {
  test("delivers a message a second time, under another receipt handle, while the first delivery is under way", async () => {
    const queues = withFaults({ duplicates: 1 });
    queues.send(ORDERS, { body: "one" });
    const [first, second] = await receive(queues, 2);
    expect(second).toMatchObject({ body: "one", messageId: first?.messageId });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
    expect(inner.depth(ORDERS).inFlight).toBe(1);
  });

  test("delivers messages in another order, and every one", async () => {
    const queues = withFaults({ reordering: 0.5 });
    const bodies = Array.from({ length: 20 }, (_, at) => `message ${at}`);
    for (const body of bodies) queues.send(ORDERS, { body });
    const received = (await receive(queues, 20)).map(({ body }) => body);
    expect(received).not.toEqual(bodies);
    expect(received.toSorted()).toEqual(bodies.toSorted());
  });

  test("delivers a message again that was deleted, and is not empty before", async () => {
    const queues = withFaults({ lateRedelivery: 1 });
    queues.send(ORDERS, { body: "one" });
    const [first] = queues.receive(ORDERS, 10, LONG);
    queues.delete(ORDERS, [first?.receiptHandle ?? ""]);
    expect(inner.depth(ORDERS)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(queues.depth(ORDERS).visible).toBe(1);
    const [again] = await receive(queues, 1);
    expect(again?.messageId).toBe(first?.messageId);
    queues.delete(ORDERS, [again?.receiptHandle ?? ""]);
    expect(queues.depth(ORDERS).visible).toBe(0);
  });

  test("without faults is as it was", async () => {
    const queues = withFaults({});
    queues.send(ORDERS, { body: "one" });
    expect((await receive(queues, 1)).map(({ body }) => body)).toEqual(["one"]);
  });
});
