import { describe, expect, test } from "vitest";
import { allowedMs, type Circuit, circuitAfter, CLOSED } from "./circuit.ts";

const limitMs = 30_000;
const failedAfter = (circuit: Circuit, tookMs: number, nowMs: number) =>
  circuitAfter(circuit, { failed: true, tookMs, limitMs, nowMs });
const open = failedAfter(CLOSED, 29_000, 100_000);

describe("a closed circuit", () => {
  test("lets every batch run with all of its time", () => {
    expect(allowedMs(CLOSED, limitMs, 0)).toBe(limitMs);
  });

  test("stays closed where something succeeds, or everything fails quickly", () => {
    expect(circuitAfter(CLOSED, { failed: false, tookMs: 29_000, limitMs, nowMs: 0 })).toBe(CLOSED);
    expect(failedAfter(CLOSED, 5_999, 0)).toBe(CLOSED);
  });

  test("opens where everything fails after a fifth of the time limit or more", () => {
    expect(failedAfter(CLOSED, 6_000, 0)).toMatchObject({ state: "open" });
  });
});

describe("an open circuit", () => {
  test("lets nothing run for five times what its probe may take, which is a fifth of the time limit", () => {
    expect(open).toEqual({ state: "open", untilMs: 130_000, probeMs: 6_000 });
    expect([100_000, 129_999].map((now) => allowedMs(open, limitMs, now))).toEqual([0, 0]);
    expect(allowedMs(open, limitMs, 130_000)).toBe(6_000);
  });

  test("closes where anything of the probe succeeds", () => {
    expect(circuitAfter(open, { failed: false, tookMs: 10, limitMs, nowMs: 130_010 })).toBe(CLOSED);
  });

  test("stays open after a probe that fails, however quickly, and the next one may take twice as long, up to all of the time", () => {
    const second = failedAfter(open, 5, 130_000);
    expect(second).toEqual({ state: "open", untilMs: 190_000, probeMs: 12_000 });
    const third = failedAfter(second, 12_000, 202_000);
    const fourth = failedAfter(third, 24_000, 400_000);
    expect([third, fourth, failedAfter(fourth, 30_000, 600_000)]).toMatchObject([
      { probeMs: 24_000 },
      { probeMs: 30_000 },
      { probeMs: 30_000, untilMs: 750_000 },
    ]);
  });

  test("gives a probe no more than the invocation has", () => {
    expect(allowedMs({ state: "open", untilMs: 0, probeMs: 30_000 }, 12_000, 1)).toBe(12_000);
  });
});
