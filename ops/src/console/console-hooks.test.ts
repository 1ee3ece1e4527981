import { expect, test } from "vitest";
import { progressOf } from "./console-hooks.ts";

const receipt = {
  id: "u1",
  key: "a.csv",
  partner: "acme",
  eventTime: "2026-01-01T00:00:00Z",
  status: "processing",
  lines: 1_200,
  orders: 400,
  rejectedLines: 1,
  checkpoint: 3,
};

test("a run that is under way tells how far it has come", () => {
  expect(progressOf(receipt)).toMatchObject({
    done: false,
    failed: false,
    says: "processing: 1,200 lines, 400 orders sent, 1 line refused",
  });
});

test("a file that was refused is over and failed, with the reason", () => {
  const refused = { ...receipt, status: "refused", reason: "it is no text" };
  expect(progressOf(refused)).toMatchObject({ done: true, failed: true, facts: { reason: "it is no text" } });
  expect(progressOf(refused).says).toMatch(/^refused: .*it is no text$/);
});

test("a receipt is the end", () => {
  expect(progressOf({ ...receipt, status: "done", rejectsKey: "rejects/u1" })).toMatchObject({
    done: true,
    failed: false,
    facts: { upload: "u1", rejects: "rejects/u1", orders: "400" },
  });
});
