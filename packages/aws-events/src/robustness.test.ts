import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FUZZ_TARGETS } from "../test/fuzz-targets.ts";
import { parseStreamEvent } from "./dynamodb-stream.ts";
import { parseEventBridgeEvent } from "./event-bridge.ts";
import { parseObjectEvents } from "./object-events.ts";
import { parseS3Event } from "./s3.ts";
import { parseSnsEvent } from "./sns.ts";
import { parseSqsEvent } from "./sqs.ts";
import {
  sampleBusEvent,
  sampleS3Record,
  sampleSnsBody,
  sampleSnsRecord,
  sampleSqsRecord,
  sampleStreamRecord,
} from "./testing.ts";
import { parseTimeWindow } from "./time-window.ts";

/** Longer: pnpm fuzz. A failure prints its seed and path. */
const RUNS = 1_500;

test.each(FUZZ_TARGETS)("mutants: $name", async ({ property }) => {
  await fc.assert(property, { numRuns: RUNS });
});

/** Of processor time, which a busy machine does not stretch: far above the need, far below what a quadratic parser takes. */
const PATIENCE_MS = 2_000;

test.each<[string, () => unknown]>([
  [
    "a batch of 20,000 bad records",
    () => parseSqsEvent({ Records: Array.from({ length: 20_000 }, () => ({ eventSource: "aws:sqs" })) }),
  ],
  [
    "a batch of 100,000 good records",
    () => parseSqsEvent({ Records: Array.from({ length: 100_000 }, () => sampleSqsRecord()) }),
  ],
  [
    "objects in one another, 100,000 deep, in every field",
    () => {
      const deep: unknown = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
      const withDeep = (record: object) => ({
        ...Object.fromEntries(Object.keys(record).map((key) => [key, deep])),
        ...Object.fromEntries(Object.entries(record).filter(([key]) => /source$/i.test(key))),
      });
      const Records = [sampleSqsRecord(), sampleS3Record(), sampleSnsRecord(), sampleStreamRecord()].map(withDeep);
      const doors = [parseSqsEvent, parseS3Event, parseSnsEvent, parseStreamEvent, parseObjectEvents, parseTimeWindow];
      const bus = { ...withDeep(sampleBusEvent()), detail: deep };
      return [...doors.map((parse) => parse({ Records, window: deep, state: deep })), parseEventBridgeEvent(bus)];
    },
  ],
  [
    "half a million bad values in a list",
    () => parseStreamEvent({ Records: [sampleStreamRecord({ NewImage: { l: { L: Array(500_000).fill(1) } } })] }),
  ],
  [
    "a batch of 50,000 records of another source",
    () => parseSqsEvent({ Records: Array.from({ length: 50_000 }, () => ({})) }),
  ],
  [
    "a message with 50,000 attributes, all bad",
    () => {
      const messageAttributes = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`a${index}`, null]));
      return parseSqsEvent({ Records: [sampleSqsRecord({ messageAttributes })] });
    },
  ],
  [
    "a key of a megabyte of escapes",
    () => parseObjectEvents({ Records: [sampleS3Record({ key: "%C3%BC".repeat(170_000) })] }),
  ],
  [
    "a key of a megabyte that ends badly",
    () => parseObjectEvents({ Records: [sampleS3Record({ key: `${"%20".repeat(350_000)}%` })] }),
  ],
  [
    "an image with 50,000 attributes",
    () => {
      const NewImage = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`a${index}`, { N: "x" }]));
      return parseStreamEvent({ Records: [sampleStreamRecord({ NewImage })] });
    },
  ],
  [
    "a number of a megabyte of digits",
    () => parseStreamEvent({ Records: [sampleStreamRecord({ NewImage: { n: { N: "1".repeat(1_000_000) } } })] }),
  ],
  [
    "200,000 arrays in one another, in a message",
    () => parseObjectEvents({ Records: [sampleSqsRecord({ body: "[".repeat(200_000) })] }),
  ],
  [
    "notifications in one another, fifteen deep",
    () => {
      let body = JSON.stringify({ Records: [sampleS3Record()] });
      for (let level = 0; level < 15; level++) body = JSON.stringify({ Type: "Notification", Message: body });
      return parseObjectEvents({ Records: [sampleSqsRecord({ body: JSON.stringify(sampleSnsBody(body)) })] });
    },
  ],
])("%s is answered soon, with a short answer", (_, parse) => {
  const start = process.cpuUsage();
  const answer = parse();
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(PATIENCE_MS);
  expect(answer).toBeDefined();
});
