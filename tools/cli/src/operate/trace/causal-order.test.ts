import { expect, it } from "vitest";
import { inCausalOrder } from "./causal-order.ts";
import type { Step, StepKind } from "./step.ts";

const step = (kind: StepKind, time: string, rest: Partial<Step> = {}): Step => ({
  at: `2026-01-01T10:${time}Z`,
  kind,
  service: "s",
  says: `${kind} ${time}`,
  ...rest,
});
const told = (steps: readonly Step[]) => inCausalOrder(steps).map(({ at, says }) => `${at.slice(14, 19)} ${says}`);

it("a time that was rounded down to the minute puts nothing before what caused it", () => {
  const recorded = step("audited", "00:00", { withinMs: 60_000 });
  expect(told([recorded, step("uploaded", "00:20"), step("written", "00:40"), step("written", "01:30")])).toEqual([
    "00:20 uploaded 00:20",
    "00:40 written 00:40",
    "00:40 audited 00:00",
    "01:30 written 01:30",
  ]);
});

it("a machine whose clock is behind does not record a write before it was made", () => {
  expect(told([step("audited", "00:01"), step("written", "00:02")])).toEqual([
    "00:02 written 00:02",
    "00:02 audited 00:01",
  ]);
});

it("a change that was delivered and recorded before the answer to its write came goes behind that write, not another", () => {
  const delivered = (time: string) => step("delivered", time, { ofWrite: true });
  const first = [step("written", "00:01"), delivered("00:01"), step("audited", "00:02")];
  const second = [delivered("00:03"), step("audited", "00:03"), step("written", "00:04")];
  expect(told([...second, ...first])).toEqual([
    "00:01 written 00:01",
    "00:01 delivered 00:01",
    "00:02 audited 00:02",
    "00:04 written 00:04",
    "00:04 delivered 00:03",
    "00:04 audited 00:03",
  ]);
});

it("what lies far apart stays: the log of the first write is gone", () => {
  expect(told([step("audited", "00:01"), step("written", "09:00")])).toEqual([
    "00:01 audited 00:01",
    "09:00 written 09:00",
  ]);
});
