import { describe, expect, it } from "vitest";
import { createSeededDecisions, identityOf } from "./seeded-decisions.ts";
import { completePlan } from "./fault-plan.ts";

const records = Array.from({ length: 2_000 }, (_, at) => `record ${at}`);
const drawn = (seed: number, order: readonly string[], times = 1) => {
  const plan = completePlan({ seed, crashes: 0.1 });
  const decisions = createSeededDecisions(() => plan);
  const struck: string[] = [];
  for (let time = 0; time < times; time += 1)
    for (const record of order) if (decisions.happens("crashes", "sqs", record)) struck.push(`${record} ${time}`);
  return struck.toSorted();
};

describe("faults", () => {
  it("strike the same records for the same seed, in whatever order these come", () => {
    expect(drawn(7, records.toReversed())).toEqual(drawn(7, records));
    expect(drawn(8, records)).not.toEqual(drawn(7, records));
  });

  it("strike at their rate", () => {
    expect(drawn(7, records).length / records.length).toBeGreaterThan(0.08);
    expect(drawn(7, records).length / records.length).toBeLessThan(0.12);
  });

  it("are drawn anew when a record comes again, so that no record is struck for ever", () => {
    const again = drawn(7, records, 6);
    for (const record of records) expect(again.filter((each) => each.startsWith(`${record} `)).length).toBeLessThan(6);
  });

  it("know a record again in another run, whatever ids and times that run drew", () => {
    const record = (id: string, at: string) => identityOf({ key: "order 7", owner: id, at, ms: 1_700_000_000_000 });
    expect(record("0f8fad5b-d9cb-469f-a165-70867728950e", "2026-01-02T03:04:05.678Z")).toBe(
      record("7c9e6679-7425-40de-944b-e07fc1f90ae7", "2027-11-12T13:14:15Z"),
    );
    expect(identityOf("order 7")).not.toBe(identityOf("order 8"));
  });
});
