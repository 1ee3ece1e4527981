import { expect, it } from "vitest";
import { wrapLine } from "./wrap-line.ts";

it.each([
  ["a line that fits", 20, ["a line that fits"]],
  ["broken at its spaces", 9, ["broken at", "its", "spaces"]],
  ["abcdefgh ij", 4, ["abcd", "efgh", "ij"]],
  ["", 4, [""]],
  ["no limit", Number.POSITIVE_INFINITY, ["no limit"]],
])("%j in %d columns is %j", (line, columns, parts) => {
  expect(wrapLine(line, columns)).toEqual(parts);
});
