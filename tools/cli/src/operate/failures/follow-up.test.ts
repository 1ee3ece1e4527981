import { describe, expect, it } from "vitest";
import type { Failure, FailureSource, FoundFailure } from "./failure.ts";
import { followUp } from "./follow-up.ts";
import { redrive } from "./redrive.ts";

/** Of each message: whether it fails again when it is sent back. All have equal contents. */
function twins(failsAgain: readonly boolean[]) {
  const lying = new Map<string, FoundFailure>();
  let deliveries = 0;
  const put = (id: string, deliveryId: string, again: boolean): void => {
    const failure: Failure = { id, kind: "order-rejected", place: "shelf", what: id, reason: "why", facts: {} };
    lying.set(id, {
      failure,
      content: "the same",
      deliveryId,
      isDone: () => Promise.resolve(false),
      send: () => {
        const sentAs = `delivery-${(deliveries += 1)}`;
        if (again) put(`${id} again`, sentAs, again);
        return Promise.resolve({ kind: "sent", deliveryId: sentAs });
      },
      remove: () => Promise.resolve(void lying.delete(id)),
    });
  };
  for (const [index, again] of failsAgain.entries()) put(`twin-${index}`, `original-${index}`, again);
  const source: FailureSource = {
    place: "shelf",
    kinds: ["order-rejected"],
    hidden: () => Promise.resolve(0),
    async *failures() {
      yield* lying.values();
    },
  };
  return { source, planned: [...lying.values()].map(({ failure }) => failure) };
}

async function outcomesOf({ source, planned }: ReturnType<typeof twins>): Promise<string[]> {
  const { signal } = new AbortController();
  const sent = await redrive([source], planned, { ratePerSecond: 1_000_000, signal, onResult: () => {} });
  const results = await followUp([source], sent, { waitMs: 0, signal });
  return results.map(({ failure, result, detail }) => `${failure.id}: ${result}, ${detail ?? "nothing known"}`);
}

describe("messages of equal contents, sent back together", () => {
  it("that fail again are each told by the id of its own", async () => {
    expect(await outcomesOf(twins([true, true, true]))).toEqual([
      "twin-0: failed-again, it is back as twin-0 again",
      "twin-1: failed-again, it is back as twin-1 again",
      "twin-2: failed-again, it is back as twin-2 again",
    ]);
  });

  it("are not marked by the failure of one of them", async () => {
    expect(await outcomesOf(twins([false, true, false]))).toEqual([
      "twin-0: sent, nothing known",
      "twin-1: failed-again, it is back as twin-1 again",
      "twin-2: sent, nothing known",
    ]);
  });
});
