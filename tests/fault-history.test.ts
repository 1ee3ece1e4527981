import { describe, expect, it } from "vitest";
import { runFaultHistory } from "./support/fault-history.ts";
import { makeTraffic } from "./support/order-traffic.ts";
import { chooseSeed, seededRandom } from "./support/seeded-random.ts";

describe("the pipeline, while everything that AWS says may go wrong does", () => {
  it("ends with exactly the orders, audit entries and rejects that were sent, each once", async () => {
    const seed = chooseSeed();
    process.stdout.write(`fault history: DOORBELL_SEED=${seed}\n`);
    const traffic = makeTraffic(seededRandom(seed), { files: 6, ordersPerFile: 50 });
    const { found, status } = await runFaultHistory(traffic, { seed });
    expect(found, `DOORBELL_SEED=${seed}`).toEqual([]);
    const { faults = {} } = status;
    process.stdout.write(`fault history: ${JSON.stringify(faults)}\n`);
    // Else the test shows nothing. Crashes by rate are so rare that a seed may have none.
    expect(
      Object.keys(faults)
        .filter((kind) => kind !== "crashes")
        .toSorted(),
    ).toEqual([
      "crashAt",
      "duplicates",
      "lateRedelivery",
      "lostAnswers",
      "partialFailures",
      "reordering",
      "serverErrors",
      "slowCalls",
      "throttles",
    ]);
  }, 300_000);
});
