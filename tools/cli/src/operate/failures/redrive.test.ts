import { describe, expect, it } from "vitest";
import type { Failure, FailureSource, FoundFailure, Sent } from "./failure.ts";
import { MAX_KEPT_IN_A_ROW, redrive } from "./redrive.ts";

const failureOf = (id: string): Failure => ({
  id,
  kind: "order-rejected",
  place: "shelf",
  what: id,
  reason: "why",
  facts: {},
});

/** A place in memory that writes down what is done to it. */
function shelf(ids: readonly string[], behaviour: Partial<FoundFailure> = {}) {
  const steps: string[] = [];
  const lying = new Set(ids);
  const source: FailureSource = {
    place: "shelf",
    kinds: ["order-rejected"],
    hidden: () => Promise.resolve(0),
    async *failures() {
      for (const id of lying)
        yield {
          failure: failureOf(id),
          content: id,
          isDone: () => Promise.resolve(false),
          send: async (): Promise<Sent> => {
            steps.push(`send ${id}`);
            return { kind: "sent", deliveryId: `delivery of ${id}` };
          },
          remove: async () => {
            steps.push(`remove ${id}`);
            lying.delete(id);
          },
          ...behaviour,
        };
    },
  };
  return { source, steps, lying };
}

const run = (source: FailureSource, ids: readonly string[], options: { rate?: number; signal?: AbortSignal } = {}) =>
  redrive([source], ids.map(failureOf), {
    ratePerSecond: options.rate ?? 1_000_000,
    signal: options.signal ?? new AbortController().signal,
    onResult: () => {},
  });

const resultsOf = async (results: ReturnType<typeof run>) =>
  (await results).map(({ failure, result }) => `${failure.id} ${result}`);

describe("a redrive", () => {
  it("sends each first and takes it out after, one after the other, the planned ones alone", async () => {
    const { source, steps, lying } = shelf(["a", "b", "c"]);
    expect(await resultsOf(run(source, ["a", "c"]))).toEqual(["a sent", "c sent"]);
    expect(steps).toEqual(["send a", "remove a", "send c", "remove c"]);
    expect([...lying]).toEqual(["b"]);
  });

  it("keeps what could not be sent", async () => {
    const { source, lying } = shelf(["a"], { send: () => Promise.reject(new Error("no access")) });
    expect(await run(source, ["a"])).toMatchObject([{ result: "kept", detail: "Error: no access" }]);
    expect([...lying]).toEqual(["a"]);
  });

  it("keeps what failed again", async () => {
    const { source, lying } = shelf(["a"], { send: () => Promise.resolve({ kind: "failed-again", detail: "why" }) });
    expect(await run(source, ["a"])).toMatchObject([{ result: "failed-again", detail: "why" }]);
    expect([...lying]).toEqual(["a"]);
  });

  it("says of what was sent and not taken out that it was sent", async () => {
    const { source } = shelf(["a"], { remove: () => Promise.reject(new Error("gone away")) });
    expect(await run(source, ["a"])).toMatchObject([
      { result: "kept", detail: "sent, but not taken out: Error: gone away" },
    ]);
  });

  it("sends what was done before all the same, and says so", async () => {
    const { source, steps } = shelf(["a"], { isDone: () => Promise.resolve(true) });
    expect(await resultsOf(run(source, ["a"]))).toEqual(["a already-done"]);
    expect(steps).toEqual(["send a", "remove a"]);
  });

  it("names what is not there any more", async () => {
    const { source } = shelf(["a"]);
    expect(await resultsOf(run(source, ["a", "b"]))).toEqual(["a sent", "b gone"]);
  });

  it("finishes the one under way when it is stopped, and touches no other", async () => {
    const controller = new AbortController();
    const { source, lying } = shelf(["a", "b"], {
      send: () => {
        controller.abort();
        return Promise.resolve({ kind: "handled" });
      },
    });
    expect(await resultsOf(run(source, ["a", "b"], { signal: controller.signal }))).toEqual(["a handled"]);
    expect([...lying]).toEqual(["b"]);
  });

  it("stops in the middle of a pause", async () => {
    const controller = new AbortController();
    const { source } = shelf(["a", "b"]);
    const results = run(source, ["a", "b"], { rate: 0.001, signal: controller.signal });
    setImmediate(() => controller.abort());
    expect(await resultsOf(results)).toEqual(["a sent"]);
  });

  it("gives up when too many in a row could not be sent", async () => {
    const ids = Array.from({ length: 2 * MAX_KEPT_IN_A_ROW }, (_, index) => `id-${index}`);
    const { source } = shelf(ids, { send: () => Promise.reject(new Error("no access")) });
    expect(await run(source, ids)).toHaveLength(MAX_KEPT_IN_A_ROW);
  });

  it("keeps to the rate", async () => {
    const { source } = shelf(["a", "b", "c", "d"]);
    const started = performance.now();
    await run(source, ["a", "b", "c", "d"], { rate: 50 });
    expect(performance.now() - started).toBeGreaterThan(3 * 20 - 2);
  });
});
