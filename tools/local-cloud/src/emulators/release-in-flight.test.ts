import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGraph } from "../graph/read-graph.ts";
import { testGraph } from "../../test/testing-graph.ts";
import { createQueues } from "./fauxqs-queues.ts";
import { startFauxqs } from "./fauxqs.ts";
import { releaseInFlight } from "./release-in-flight.ts";

const ORDERS = "arn:aws:sqs:eu-central-2:000000000000:test-orders";
const DEAD_LETTERS = `${ORDERS}-dlq`;
const LONG_MS = 60_000;

test("after any number of restarts a message that was held is visible at once, and nearer to no dead-letter queue", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "doorbell-held-"));
  const inProcess = async (act: (queues: ReturnType<typeof createQueues>) => void) => {
    const fauxqs = await startFauxqs({ origin: "http://127.0.0.1:1", region: "eu-central-2", dataDir });
    const queues = createQueues(fauxqs.sqs, readGraph(testGraph()).queues);
    releaseInFlight(fauxqs.sqs, [ORDERS, "arn:aws:sqs:eu-central-2:000000000000:no-such-queue"]);
    act(queues);
    await fauxqs.stop();
  };
  try {
    await inProcess((queues) => {
      queues.send(ORDERS, { body: "held" });
      queues.send(DEAD_LETTERS, { body: "of somebody else" });
      queues.receive(DEAD_LETTERS, 1, { visibilityMs: LONG_MS });
    });
    // The queue allows two receives.
    for (let restart = 0; restart < 4; restart += 1) {
      await inProcess((queues) => {
        expect(queues.depth(ORDERS)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
        expect(queues.depth(DEAD_LETTERS)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
        const [message] = queues.receive(ORDERS, 1, { visibilityMs: LONG_MS });
        expect(message?.attributes["ApproximateReceiveCount"]).toBe("1");
      });
      // Released and not received before the next end.
      await inProcess(() => undefined);
    }
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
