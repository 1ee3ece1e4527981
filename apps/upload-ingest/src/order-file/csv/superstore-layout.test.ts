import { expect, test } from "vitest";
import { readHeader } from "./superstore-layout.ts";
import { header } from "../../../test/testing.ts";

const columns = header.split(",");

test("columns may stand in any order", () => {
  const layout = readHeader(columns.toReversed());
  expect(layout).toMatchObject({ "Row ID": 20, Sales: 3, Profit: 0 });
});

test("a missing column is named", () => {
  expect(readHeader(columns.filter((column) => column !== "Sales"))).toContain("missing columns: Sales");
});

test("an unknown column is named", () => {
  expect(readHeader([...columns, "Notes"])).toContain('unknown columns: "Notes"');
});

test("a column that comes twice is rejected", () => {
  expect(readHeader([...columns, "Sales"])).toContain("twice");
});

test("a first line of something else is not quoted", () => {
  expect(readHeader(["Ada Example", "12.50"])).toBe("the first line is not the header of the superstore layout");
});

test("a column named like a property of every object is unknown", () => {
  expect(readHeader([...columns, "constructor"])).toContain('unknown columns: "constructor"');
});
