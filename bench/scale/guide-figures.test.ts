import { expect, test } from "vitest";
import { figuresIn } from "../guide.ts";
import { scaleFigures, scaleGuide } from "./guide-figures.ts";

test("docs/scale.md shows the figures of bench/results, and fits on four pages", () => {
  expect(figuresIn(scaleGuide())).toBe(scaleFigures());
  expect(scaleGuide().split("\n").length).toBeLessThan(200);
});
