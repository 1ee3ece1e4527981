import { expect, test } from "vitest";
import { describeShape, MAX_SHAPE_DEPTH, MAX_SHAPE_FIELDS, MAX_SHAPE_FIELDS_OF_OBJECT } from "./describe-shape.ts";

test.each<[unknown, string]>([
  [null, "null"],
  [undefined, "undefined"],
  ["Ada Example", "string"],
  [42, "number"],
  [true, "boolean"],
  [[], "[]"],
  [{}, "{}"],
  [["Ada", "Example"], "string[2]"],
  [{ a: { b: [{ c: 1 }] } }, "{ a: { b: { c: number }[1] } }"],
  [{ "detail-type": "x", "": 1 }, '{ "detail-type": string; "": number }'],
])("%j has the shape %s", (payload, shape) => {
  expect(describeShape(payload)).toBe(shape);
});

test("depth is bounded, so a circle ends", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  expect(describeShape(circle).match(/self/g)).toHaveLength(MAX_SHAPE_DEPTH);
  const deep: unknown = JSON.parse("[".repeat(50_000) + "]".repeat(50_000));
  expect(describeShape(deep)).toBe(`…${"[1]".repeat(MAX_SHAPE_DEPTH)}`);
});

test("width is bounded, in one object and in all", () => {
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, index]));
  expect(describeShape(wide)).toContain(`field${MAX_SHAPE_FIELDS_OF_OBJECT - 1}: number; … 9960 more }`);
  const widest = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field${index}`, wide]));
  expect(describeShape(widest).match(/field\d+:/g)).toHaveLength(MAX_SHAPE_FIELDS);
  expect(describeShape({ ["x".repeat(1_000)]: 1 }).length).toBeLessThan(100);
});
