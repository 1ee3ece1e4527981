import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSchedule } from "./schedule-expression.ts";

const BEGAN = new Date("2026-01-01T00:00:00Z");
const times = (expression: string, after: string, count = 1): string[] => {
  const schedule = parseSchedule(expression);
  const found: string[] = [];
  let at: Date | undefined = new Date(after);
  while (found.length < count && at !== undefined) {
    at = schedule.next(at, BEGAN);
    if (at !== undefined) found.push(`${at.toISOString().slice(0, 16)}Z`);
  }
  return found;
};

// AWS: eb-scheduled-rule-pattern; its examples, and the calendar of 2026 (1 January is a Thursday).
describe("a schedule fires", () => {
  test.each([
    ["cron(0 10 * * ? *)", "2026-01-01T10:00:00Z", ["2026-01-02T10:00Z"]],
    ["cron(15 12 * * ? *)", "2026-01-01T12:14:59Z", ["2026-01-01T12:15Z"]],
    ["cron(0 18 ? * MON-FRI *)", "2026-01-02T18:00:00Z", ["2026-01-05T18:00Z", "2026-01-06T18:00Z"]],
    ["cron(0 8 1 * ? *)", "2026-01-01T08:00:00Z", ["2026-02-01T08:00Z", "2026-03-01T08:00Z"]],
    ["cron(0/15 * * * ? *)", "2026-01-01T23:40:00Z", ["2026-01-01T23:45Z", "2026-01-02T00:00Z"]],
    ["cron(0/5 8-17 ? * MON-FRI *)", "2026-01-02T17:55:00Z", ["2026-01-05T08:00Z", "2026-01-05T08:05Z"]],
    ["cron(0 0 L * ? *)", "2028-01-31T00:00:00Z", ["2028-02-29T00:00Z", "2028-03-31T00:00Z"]],
    ["cron(0 0 ? * 6L *)", "2026-01-01T00:00:00Z", ["2026-01-30T00:00Z", "2026-02-27T00:00Z"]],
    ["cron(0 0 ? * 3#2 *)", "2026-01-01T00:00:00Z", ["2026-01-13T00:00Z", "2026-02-10T00:00Z"]],
    ["cron(0 0 3W * ? *)", "2026-01-01T00:00:00Z", ["2026-01-02T00:00Z", "2026-02-03T00:00Z"]],
    ["cron(0 0 1W * ? *)", "2026-07-15T00:00:00Z", ["2026-08-03T00:00Z"]],
    ["cron(0 0 31W * ? *)", "2026-05-01T00:00:00Z", ["2026-05-29T00:00Z", "2026-07-31T00:00Z"]],
    ["cron(0 0 ? * L *)", "2026-01-01T00:00:00Z", ["2026-01-03T00:00Z"]],
    ["cron(0 0 ? * FRI-MON *)", "2026-01-01T00:00:00Z", ["2026-01-02T00:00Z", "2026-01-03T00:00Z"]],
    ["cron(0 0 29 FEB ? *)", "2026-01-01T00:00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["cron(0 0 1 1 ? 2027-2028)", "2026-06-01T00:00:00Z", ["2027-01-01T00:00Z", "2028-01-01T00:00Z"]],
    ["rate(5 minutes)", "2026-01-01T00:00:00Z", ["2026-01-01T00:05Z", "2026-01-01T00:10Z"]],
    ["rate(1 hour)", "2026-01-01T07:30:00Z", ["2026-01-01T08:00Z"]],
    ["rate(7 days)", "2026-01-01T00:00:00Z", ["2026-01-08T00:00Z"]],
  ])("%s after %s at %j", (expression, after, expected) => {
    expect(times(expression, after, expected.length)).toEqual(expected);
  });

  test("no more once its years are over", () => {
    expect(times("cron(0 0 1 1 ? 2025)", "2026-01-01T00:00:00Z")).toEqual([]);
    expect(times("cron(0 0 31 2 ? *)", "2026-01-01T00:00:00Z")).toEqual([]);
  });

  test("in a cron expression exactly where a walk over all minutes finds its fields", () => {
    const list = (minimum: number, maximum: number) =>
      fc.uniqueArray(fc.integer({ min: minimum, max: maximum }), { minLength: 1, maxLength: 3 });
    const days = fc.oneof(
      list(1, 31).map((values) => ({
        text: `${values.join(",")} @ ?`,
        fits: (at: Date) => values.includes(at.getUTCDate()),
      })),
      list(1, 7).map((values) => ({
        text: `? @ ${values.join(",")}`,
        fits: (at: Date) => values.includes(at.getUTCDay() + 1),
      })),
    );
    const start = fc.date({
      min: new Date("2026-01-01T00:00:00Z"),
      max: new Date("2029-01-01T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(list(0, 59), list(0, 23), days, list(1, 12), start, (minutes, hours, day, months, after) => {
        const [ofMonth, ofWeek] = day.text.split(" @ ");
        const expression = `cron(${minutes.join(",")} ${hours.join(",")} ${ofMonth} ${months.join(",")} ${ofWeek} *)`;
        const found = parseSchedule(expression).next(after, BEGAN);
        const fits = (at: Date) =>
          minutes.includes(at.getUTCMinutes()) &&
          hours.includes(at.getUTCHours()) &&
          months.includes(at.getUTCMonth() + 1) &&
          day.fits(at);
        // A month is as far as the walk goes.
        const walked = Array.from(
          { length: 31 * 24 * 60 },
          (_, index) => new Date((Math.floor(after.getTime() / 60_000) + 1 + index) * 60_000),
        );
        const expected = walked.find(fits);
        if (expected !== undefined) expect(found).toEqual(expected);
        else if (found !== undefined) {
          expect(fits(found)).toBe(true);
          expect(found.getTime()).toBeGreaterThan(walked.at(-1)?.getTime() ?? Number.NaN);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("refused is", () => {
  test.each([
    ["0 12 * * ? *", "expected rate(…), cron(…) or at(…)"],
    ["cron(0 12 * * ?)", "expected six fields, and there are 5"],
    ["cron(0 12 * * * *)", "expected ? in one"],
    ["cron(0 12 ? * ? *)", "expected ? in one"],
    ["cron(60 12 * * ? *)", "60 in minutes is not within 0–59"],
    ["cron(0 24 * * ? *)", "24 in hours is not within 0–23"],
    ["cron(0 12 0 * ? *)", "0 in day-of-month is not within 1–31"],
    ["cron(0 12 * XYZ ? *)", "month has no XYZ"],
    ["cron(0 12 ? * 0 *)", "0 in day-of-week is not within 1–7"],
    ["cron(0 12 ? * 2#6 *)", "the count is not within 1–5"],
    ["cron(0 12 ? * 1/2 *)", "day-of-week has no 1/2"],
    ["cron(0/0 12 * * ? *)", "is below 1"],
    ["cron(30-10 12 * * ? *)", "ends before it starts"],
    ["cron(0 12 * * ? 2200)", "2200 in year is not within 1970–2199"],
    ["rate(1 minutes)", "expected minute with 1"],
    ["rate(5 minute)", "expected minutes with 5"],
    ["rate(0 minutes)", "expected a number above 0"],
    ["rate(5 seconds)", "minutes, hours or days"],
  ])("%s: %s", (expression, message) => {
    expect(() => parseSchedule(expression)).toThrow(message);
  });
});

// AWS: scheduler schedule-types, "Time zones" and "Daylight savings time".
describe("in a time zone", () => {
  const zoned = (expression: string, timeZone: string, after: string, count: number): string[] => {
    const schedule = parseSchedule(expression, { timeZone });
    const found: string[] = [];
    for (let at = schedule.next(new Date(after), BEGAN); at !== undefined && found.length < count;) {
      found.push(`${at.toISOString().slice(0, 16)}Z`);
      at = schedule.next(at, BEGAN);
    }
    return found;
  };

  test.each([
    // Summer time begins on 29 March 2026 at 02:00 in Zurich, and ends on 25 October at 03:00.
    [
      "keeps to the clock over the change",
      "cron(0 8 * * ? *)",
      "Europe/Zurich",
      "2026-03-28T00:00:00Z",
      ["2026-03-28T07:00Z", "2026-03-29T06:00Z"],
    ],
    [
      "skips a time that does not exist",
      "cron(30 2 * * ? *)",
      "Europe/Zurich",
      "2026-03-28T00:00:00Z",
      ["2026-03-28T01:30Z", "2026-03-30T00:30Z"],
    ],
    [
      "fires once at a time that comes twice",
      "cron(30 2 * * ? *)",
      "Europe/Zurich",
      "2026-10-24T12:00:00Z",
      ["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ],
    [
      "does not repeat an hour that comes twice",
      "cron(0/30 * * * ? *)",
      "Europe/Zurich",
      "2026-10-25T00:00:00Z",
      ["2026-10-25T00:30Z", "2026-10-25T02:00Z"],
    ],
    ["changes at midnight too", "cron(30 0 * * ? *)", "Africa/Cairo", "2026-04-23T12:00:00Z", ["2026-04-24T21:30Z"]],
    ["has days of its own", "cron(0 1 ? * MON *)", "Asia/Tokyo", "2026-01-01T00:00:00Z", ["2026-01-04T16:00Z"]],
    [
      "has offsets of half hours",
      "cron(0 12 * * ? *)",
      "Australia/Adelaide",
      "2026-07-01T00:00:00Z",
      ["2026-07-01T02:30Z"],
    ],
    [
      "counts a rate by the clock of no place",
      "rate(1 day)",
      "Europe/Zurich",
      "2026-03-28T12:00:00Z",
      ["2026-03-29T00:00Z", "2026-03-30T00:00Z"],
    ],
    ["fires once by at()", "at(2026-07-01T12:00:00)", "Europe/Zurich", "2026-01-01T00:00:00Z", ["2026-07-01T10:00Z"]],
    [
      "never by at() at a time that does not exist",
      "at(2026-03-29T02:30:00)",
      "Europe/Zurich",
      "2026-01-01T00:00:00Z",
      [],
    ],
  ])("a schedule %s", (_what, expression, timeZone, after, expected) => {
    expect(zoned(expression, timeZone, after, Math.max(1, expected.length))).toEqual(expected);
  });

  test("a cron expression fires exactly where a walk over all minutes finds the clock's hour for the first time", () => {
    const schedule = parseSchedule("cron(0/15 0-4 * * ? *)", { timeZone: "America/New_York" });
    const clock = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "America/New_York",
      dateStyle: "short",
      timeStyle: "short",
    });
    for (const day of ["2026-03-08", "2026-11-01", "2026-06-15"]) {
      const from = Date.parse(`${day}T00:00:00Z`);
      const to = from + 24 * 3_600_000;
      const expected: string[] = [];
      const seen = new Set<string>();
      for (let at = from - 24 * 3_600_000; at < to; at += 60_000) {
        const shown = clock.format(at);
        const fits = /T?(?: |T)0[0-4]:(?:00|15|30|45)$/.test(shown) && !seen.has(shown);
        seen.add(shown);
        if (fits && at >= from) expected.push(new Date(at).toISOString());
      }
      const found: string[] = [];
      for (let at = schedule.next(new Date(from - 1), BEGAN); at !== undefined && at.getTime() < to;) {
        found.push(at.toISOString());
        at = schedule.next(at, BEGAN);
      }
      expect(found).toEqual(expected);
    }
  });
});

test.each(["at(2026-02-30T00:00:00)", "at(2026-01-01)", "at(2026-01-01T24:00:00)", "at()", "at(2026-01-01T00:00:00Z)"])(
  "%s is refused",
  (expression) => {
    expect(() => parseSchedule(expression)).toThrow("expected a time like");
  },
);
