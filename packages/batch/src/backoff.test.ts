import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffSeconds, mostReceives } from "./backoff.ts";

const HOURS = 3600;
const least = () => 0;
const most = () => 1 - Number.EPSILON;

describe("a message that failed comes back", () => {
  test("after a time that doubles from half a minute to a quarter of an hour, the lower half of it always", () => {
    const receives = [1, 2, 3, 4, 5, 6, 7, 50];
    const at = (random: () => number) => receives.map((receiveCount) => backoffSeconds({ receiveCount }, {}, random));
    expect(at(least)).toEqual([15, 30, 60, 120, 240, 450, 450, 450]);
    expect(at(most)).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
  });

  test("spread over that time, so that messages that failed together do not come back together", () => {
    const drawn = Array.from({ length: 451 }, (_, at) => backoffSeconds({ receiveCount: 9 }, {}, () => at / 451));
    expect(new Set(drawn).size).toBeGreaterThan(440);
  });

  test("within SQS's 12 hours, whatever is asked for and however long the invocation has lasted", () => {
    const times = { firstSeconds: 86_400, longestSeconds: 86_400 };
    expect(backoffSeconds({ receiveCount: 1_000 }, times, most)).toBe(12 * HOURS - 15 * 60);
  });

  test("before the queue's retention is over, ever sooner", () => {
    const day = 24 * HOURS;
    const soon = (ageSeconds: number) => backoffSeconds({ receiveCount: 20, ageSeconds }, {}, most);
    expect([4 * day - 3_600, 4 * day - 1_000, 4 * day - 10, 4 * day, 5 * day].map(soon)).toEqual([900, 500, 5, 1, 1]);
    const short = { retentionSeconds: 120 };
    expect(backoffSeconds({ receiveCount: 20, ageSeconds: 20 }, short, most)).toBe(50);
  });

  test("after whole seconds that SQS takes, in every case", () => {
    const seconds = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.option(fc.double({ min: -1_000, max: 1e7, noNaN: true }), { nil: undefined }),
        fc.record({ firstSeconds: seconds, longestSeconds: seconds, retentionSeconds: seconds }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (receiveCount, ageSeconds, times, drawn) => {
          const delay = backoffSeconds({ receiveCount, ageSeconds }, times, () => drawn);
          expect(Number.isInteger(delay) && delay >= 1 && delay <= 43_200).toBe(true);
        },
      ),
    );
  });
});

describe("an outage", () => {
  test("of four hours takes 36 receives at most: six in the first 465 s, then one every 450 s", () => {
    // Received at 0, 15, 45, 105, 225 and 465 s, and (14,400 - 465) / 450 = 30.97 times more.
    expect(mostReceives(4 * HOURS)).toBe(36);
  });

  test("is survived by a message whose queue allows as many, in every case", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (draws) => {
        const random = () => draws.next().value ?? 0;
        let at = 0;
        let receives = 1;
        for (; ; receives += 1) {
          at += backoffSeconds({ receiveCount: receives }, {}, random);
          if (at > 4 * HOURS) break;
        }
        expect(receives).toBeLessThanOrEqual(mostReceives(4 * HOURS));
      }),
    );
  });

  test("that is over at once takes one receive", () => {
    expect([0, 14, 15, 44, 45].map((seconds) => mostReceives(seconds))).toEqual([1, 1, 2, 2, 3]);
  });
});
