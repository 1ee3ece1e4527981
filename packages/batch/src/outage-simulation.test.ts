import { describe, expect, test } from "vitest";
import { simulate, type Simulated, type Simulation } from "../test/simulated-queue.ts";
import { backoffSeconds, mostReceives } from "./backoff.ts";
import { allowedMs, circuitAfter, CLOSED } from "./circuit.ts";

const HOUR = 3600;
const limitMs = 30_000;

const given = Number(process.env["DOORBELL_SEED"]);
const seed = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;

/** An outage of four hours under load, with poison among it, a tenth of the calls to SQS failing. */
const plan: Omit<Simulation, "environment"> = {
  seed,
  messagesPerSecond: 1,
  sendingSeconds: 5.5 * HOUR,
  outage: { from: 0.5 * HOUR, to: 4.5 * HOUR },
  maxReceiveCount: 50,
  poison: 0.001,
  hidingFails: 0.1,
};
const messages = plan.messagesPerSecond * plan.sendingSeconds;

/** As `runBackingOff` does it. */
const withCircuit = () => {
  let circuit = CLOSED;
  return {
    allowedMs: (nowMs: number) => allowedMs(circuit, limitMs, nowMs),
    after: (failed: boolean, tookMs: number, nowMs: number) =>
      void (circuit = circuitAfter(circuit, { failed, tookMs, limitMs, nowMs })),
  };
};
const without = () => ({ allowedMs: () => limitMs, after: () => {} });

function told(what: string, run: () => Simulated): Simulated {
  const result = run();
  process.stdout.write(`outage, ${what}: DOORBELL_SEED=${seed} ${JSON.stringify(result)}\n`);
  return result;
}

describe("a simulated outage of four hours", () => {
  test("moves nothing to the dead-letter queue, parks poison at its first receive, and is over within twenty minutes", () => {
    const hide = (receiveCount: number, random: () => number) => backoffSeconds({ receiveCount }, {}, random);
    const result = told("backing off", () => simulate({ ...plan, hide, environment: withCircuit }));
    expect(result.deadLetters).toBe(0);
    expect(result.parked).toBeGreaterThan(0);
    expect(result.handled + result.parked).toBe(messages);
    expect(result.poisonSeconds).toBeLessThan(limitMs / 1_000);
    expect(result.mostReceives).toBeLessThan(plan.maxReceiveCount);
    expect(result.drainSeconds).toBeLessThan(20 * 60);
    // No stampede: the messages come back over a quarter of an hour, far below what the environments could put through.
    expect(result.peak).toBeLessThan(result.capacity / 10);
    // And what is down is left alone: probes take a sixth of the time at most.
    expect(result.burnt).toBeLessThan(0.2);
  });

  test("moves messages to the dead-letter queue where nothing backs off and five receives are allowed", () => {
    const result = told("as it was", () => simulate({ ...plan, maxReceiveCount: 5, environment: without }));
    expect(result.deadLetters).toBeGreaterThan(messages / 100);
    expect(result.burnt).toBeGreaterThan(0.9);
  });

  test("would do so with back-off, too, were no more receives allowed than are made in two hours", () => {
    const hide = (receiveCount: number, random: () => number) => backoffSeconds({ receiveCount }, {}, random);
    const maxReceiveCount = mostReceives(2 * HOUR);
    const result = told("back-off, few receives", () =>
      simulate({ ...plan, maxReceiveCount, hide, environment: withCircuit }),
    );
    expect(result.deadLetters).toBeGreaterThan(0);
  });
});
