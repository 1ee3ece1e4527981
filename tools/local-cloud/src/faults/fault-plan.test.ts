import { describe, expect, it } from "vitest";
import { completePlan, parseFaults } from "./fault-plan.ts";

describe("a fault plan", () => {
  it("is read from a specification, in which `all` stands for every rate that is not named", () => {
    const plan = parseFaults("seed=7,crashes=0,all=0.02,clockSkewMs=500,crashAt=order-queue:3+upload-ingest:10:after");
    expect(plan).toMatchObject({ seed: 7, crashes: 0, duplicates: 0.02, lostAnswers: 0.02, clockSkewMs: 500 });
    expect(plan.crashAt).toEqual([
      { function: "order-queue", call: 3 },
      { function: "upload-ingest", call: 10, moment: "after" },
    ]);
  });

  it("is read from JSON, what is left out does not happen", () => {
    expect(parseFaults(' {"seed":1,"throttles":0.5}')).toMatchObject({ throttles: 0.5, crashes: 0, crashAt: [] });
  });

  it.each([
    ["no seed", "all=0.1", "seed"],
    ["a rate above 1", "seed=1,crashes=2", "crashes"],
    ["a fault that is not known", "seed=1,floods=1", "floods"],
    ["broken JSON", '{"seed":', "JSON"],
    ["a crash without its call", "seed=1,crashAt=order-queue", "crashAt"],
    ["a crash at no such moment", "seed=1,crashAt=order-queue:3:never", "crashAt"],
  ])("is refused with its field: %s", (_, text, named) => {
    expect(() => parseFaults(text)).toThrow(expect.objectContaining({ code: "INVALID_FAULT_PLAN" }));
    expect(() => parseFaults(text)).toThrow(named);
  });

  it("given to the library is checked as well", () => {
    expect(() => completePlan({ seed: 1, all: 0.1 })).toThrow("all");
  });
});
