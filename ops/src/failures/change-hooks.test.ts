import { sampleStreamRecord } from "@doorbell/aws-events/testing";
import { describe, expect, it } from "vitest";
import { changeHooks, entriesOf } from "./change-hooks.ts";

it("an event of changes is told by its orders", () => {
  const { about } = changeHooks({ store: { read: () => Promise.resolve([]) }, auditTable: "audit" });
  const record = sampleStreamRecord();
  expect(about?.(JSON.stringify({ Records: [record] }))).toBe("1 change of order ITEM-1");
  expect(about?.(JSON.stringify({ Records: [record, record] }))).toBe("2 changes of order ITEM-1");
  expect(about?.("not JSON")).toBe("0 changes");
});

describe("the audit entries of an event", () => {
  it("are there for every change", () => {
    const entries = entriesOf(JSON.stringify({ Records: [sampleStreamRecord()] }));
    expect(entries).toMatchObject([{ orderKey: "ITEM-1", version: 2 }]);
  });

  it("are none where one change makes none", () => {
    const broken = sampleStreamRecord({ NewImage: { id: { S: "ITEM-1" } } });
    expect(entriesOf(JSON.stringify({ Records: [sampleStreamRecord(), broken] }))).toBeUndefined();
    expect(entriesOf("not JSON")).toBeUndefined();
  });
});
