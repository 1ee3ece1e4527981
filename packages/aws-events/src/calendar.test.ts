import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isDate, isInstant } from "./calendar.ts";

test.each(["2024-02-29", "2000-02-29", "1999-12-31", "2023-04-30"])("%s is a day", (text) => {
  expect(isDate(text)).toBe(true);
});

test.each([
  "2024-02-30",
  "2023-02-29",
  "1900-02-29",
  "2023-04-31",
  "2023-13-01",
  "2023-00-10",
  "2023-01-00",
  "2023-1-1",
  "01/02/2023",
  "2023-01-01T00:00:00Z",
  "2023-01-01\n",
  "",
])("%j is no day", (text) => {
  expect(isDate(text)).toBe(false);
});

test("a day exists exactly where the calendar of the platform has it", () => {
  const number = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, "0"));
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 9999 }), number(14), number(33), (year, month, day) => {
      const text = `${year}-${month}-${day}`;
      const instant = new Date(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
      expect(isDate(text)).toBe(exists);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  "2024-02-29T12:00:00Z",
  "2024-02-29T12:00:00.123456789Z",
  "2024-02-29T23:59:59+05:30",
  "2024-02-29t12:00:00z",
])("%s is an instant", (text) => {
  expect(isInstant(text)).toBe(true);
});

test.each([
  "2024-02-30T12:00:00Z",
  "2024-02-29T24:00:00Z",
  "2024-02-29T12:60:00Z",
  "2024-02-29T12:00:60Z",
  "2024-02-29T12:00:00",
  "2024-02-29 12:00:00Z",
  "2024-02-29T12:00:00+25:00",
  "2024-02-29",
  "now",
])("%s is no instant", (text) => {
  expect(isInstant(text)).toBe(false);
});
