import { describe, expect, it } from "vitest";
import { formatCounted, formatTable } from "./table.ts";

describe("a table", () => {
  it("puts a column of numbers on the right, units and empty cells included", () => {
    expect(
      formatTable(
        ["queue", "visible", "age"],
        [
          ["A", "1,200", "5 ms"],
          ["B", "7", ""],
          ["C", "", "1.5 s"],
        ],
      ),
    ).toBe(
      [
        "queue  visible  age  ",
        "─────  ───────  ─────",
        "A        1,200   5 ms",
        "B            7",
        "C               1.5 s",
      ]
        .join("\n")
        .replace("age  ", "age"),
    );
  });

  it("leaves texts on the left that only begin with a digit", () => {
    expect(formatTable(["what"], [["1 change of order A"], ["a message that names no order"]])).toBe(
      ["what", "─────────────────────────────", "1 change of order A", "a message that names no order"].join("\n"),
    );
  });
});

it("a count has its noun in the right number", () => {
  expect([0, 1, 2_000].map((count) => formatCounted(count, "fault"))).toEqual(["0 faults", "1 fault", "2,000 faults"]);
});
