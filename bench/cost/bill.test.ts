import { expect, test } from "vitest";
import { billedMs, billOf, CALL_MS, type InvocationFigures, perMillion, PLATFORM_LINE_BYTES } from "./bill.ts";

const figures: InvocationFigures = {
  orders: 10,
  memoryMb: 512,
  cpuMs: 2,
  rounds: 1,
  calls: { BatchExecuteStatement: 1 },
  logBytes: 1_000,
  successBytes: 500,
};

test("an invocation is billed for its CPU by the share of a processor that its memory buys, and for its calls", () => {
  expect(billedMs({ cpuMs: 10, memoryMb: 1_769, rounds: 0 })).toBe(10);
  expect(billedMs({ cpuMs: 10, memoryMb: 10_000, rounds: 1 })).toBe(10 + CALL_MS);
  expect(billedMs({ cpuMs: 10, memoryMb: 512, rounds: 1 })).toBe(Math.ceil((10 * 1_769) / 512) + CALL_MS);
});

test("a million orders are a hundred thousand batches of ten", () => {
  const service = perMillion(figures, { sampleRate: 1, systemLogLevel: "INFO" });
  expect(service).toMatchObject({ invocations: 100_000, billedMs: 17, calls: { BatchExecuteStatement: 100_000 } });
  expect(service.gbSeconds).toBeCloseTo(100_000 * 0.017 * 0.5, 6);
  expect(service.logGb).toBeCloseTo((100_000 * (1_000 + PLATFORM_LINE_BYTES) + 1_000_000 * 500) / 1e9, 6);
});

test("a sample and the level of Lambda's own lines cut the log alone", () => {
  const all = perMillion(figures, { sampleRate: 1, systemLogLevel: "INFO" });
  const sampled = perMillion(figures, { sampleRate: 0.01, systemLogLevel: "WARN" });
  expect(sampled.logGb).toBeCloseTo((100_000 * 1_000 + 10_000 * 500) / 1e9, 6);
  expect({ ...sampled, logGb: all.logGb }).toEqual(all);
});

test("the bill adds up what AWS asks for", () => {
  const bill = billOf([{ invocations: 1_000_000, billedMs: 1, gbSeconds: 1_000, calls: {}, logGb: 2 }], {
    sqsRequests: 300_000,
    writeUnits: 2_000_000,
  });
  expect(bill.lambdaRequests).toBeCloseTo(0.2);
  expect(bill.lambdaDuration).toBeCloseTo(0.0133334);
  expect(bill.sqs).toBeCloseTo(0.12);
  expect(bill.dynamoDbWrites).toBeCloseTo(1.25);
  expect(bill.logs).toBeCloseTo(1);
  expect(bill.total).toBeCloseTo(0.2 + 0.0133334 + 0.12 + 1.25 + 1);
});
