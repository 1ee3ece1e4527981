import { expect, it } from "vitest";
import { formatVerification, formatVersions } from "./verify.ts";

it("versions are told in runs", () => {
  expect(formatVersions([])).toBe("");
  expect(formatVersions([1, 2])).toBe("v1, v2");
  expect(formatVersions([2, 5, 6, 7, 9])).toBe("v2, v5–v7, v9");
});

it("what is wrong is told in a table, as much of it as a person reads, and counted", () => {
  const finding = { orderKey: "2024-1", kind: "missing", versions: [1, 2, 3], says: "no entry" } as const;
  const verified = { orders: 2_000, entries: 1, complete: false };
  const one = formatVerification({ ...verified, findings: [finding] }, "stage p", 1_500);
  expect(one).toMatch(/^2024-1 {2}v1–v3 {4}missing {2}no entry$/m);
  expect(one).toContain("1 fault in 2,000 orders and 1 entry of stage p in 1.5 s.");
  expect(one).toContain("run it again");
  const many = formatVerification({ ...verified, findings: Array.from({ length: 300 }, () => finding) }, "stage p", 0);
  expect(many).toContain("and 100 more; --json prints all");
  expect(formatVerification({ ...verified, findings: [], complete: true }, "stage p", 0)).toContain("every change");
});
