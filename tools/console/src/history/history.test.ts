import type { FinishedInvocation } from "@doorbell/local-cloud/lambda/finished-invocation";
import { expect, it } from "vitest";
import { noise } from "../../test/noise.ts";
import { createHistory } from "./history.ts";

const never = new AbortController().signal;

function finished(number: number, over: Partial<FinishedInvocation> = {}): FinishedInvocation {
  return {
    requestId: `request-${number}`,
    functionName: number % 2 === 0 ? "even" : "odd",
    source: { kind: "sqs", name: "arn:aws:sqs:eu-central-2:000000000000:jobs", records: 10 },
    attempt: 1,
    startedAt: 1_700_000_000_000 + number,
    durationMs: 12.34,
    outcome: "answered",
    event: JSON.stringify({ number, text: `Ünïcode\n${number}` }),
    answer: '{"batchItemFailures":[]}',
    log: { stream: "stream", from: number * 10, to: number * 10 + 9 },
    ...over,
  };
}

it("keeps event and answer to the letter, and where the lines are", () => {
  const history = createHistory();
  const one = finished(3, { answer: "", event: '"\\u0000\n5\n"' });
  const { place } = history.add(one);
  expect(history.get(place)).toMatchObject({ event: one.event, answer: "", log: one.log, functionName: "odd" });
});

it("keeps the latest, and gives them out the latest first, page by page", async () => {
  const history = createHistory({ invocations: 50 });
  for (let number = 0; number < 130; number += 1) history.add(finished(number));
  const seen: number[] = [];
  let before: number | undefined;
  do {
    const page = await history.find({ limit: 7, before }, never);
    seen.push(...page.rows.map(({ place }) => place));
    before = page.before;
  } while (before !== undefined);
  expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => 129 - index));
  expect(history.get(79)).toBeUndefined();
  expect(history.since(120).map(({ place }) => place)).toEqual([120, 121, 122, 123, 124, 125, 126, 127, 128, 129]);
  expect(history.since(0)).toHaveLength(50);
});

it("finds by function, outcome, and text in event, answer, problem or id", async () => {
  const history = createHistory();
  for (let number = 0; number < 1_200; number += 1) history.add(finished(number));
  history.add(
    finished(1_200, { outcome: "failed", answer: '{"errorType":"TypeError","errorMessage":"Not A Door\\nat x"}' }),
  );
  history.add(finished(1_201, { answer: '{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}' }));
  const find = async (query: object) => (await history.find({ limit: 5, ...query }, never)).rows;
  expect((await find({ function: "odd" })).map(({ place }) => place)).toEqual([1_201, 1_199, 1_197, 1_195, 1_193]);
  expect(await find({ outcome: "failed" })).toMatchObject([{ place: 1_200, problem: "TypeError: Not A Door" }]);
  expect(await find({ outcome: "partly-failed" })).toMatchObject([
    { place: 1_201, problem: "2 of its records failed" },
  ]);
  expect((await find({ text: '"number":7,' })).map(({ place }) => place)).toEqual([7]);
  expect((await find({ text: "not a door" })).map(({ place }) => place)).toEqual([1_200]);
  expect((await find({ text: "request-42" })).map(({ place }) => place)).toEqual([429, 428, 427, 426, 425]);
  expect(history.ofRequests(new Set(["request-5", "request-2"])).map(({ place }) => place)).toEqual([2, 5]);
});

it("says of an event that had to go that it is gone, and keeps its row", () => {
  const history = createHistory({ textBytes: 1024 * 1024 });
  for (let number = 0; number < 200; number += 1) history.add(finished(number, { event: noise(20_000, number) }));
  const [first, last] = [history.get(0), history.get(199)];
  expect(first?.row.requestId).toBe("request-0");
  expect(first?.event).toBeUndefined();
  expect(last?.event).toBe(noise(20_000, 199));
});
