import { SAMPLE_NAMES as EVENT_SOURCE_NAMES, sampleEvent as sampleOfSource } from "@doorbell/aws-events/sample-events";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import { expect, test } from "vitest";
import { BUSINESS_EVENT_TYPES, parseBusinessEvent } from "./business-event.ts";
import { SAMPLE_NAMES, sampleEvent } from "./sample-events.ts";

test.each(BUSINESS_EVENT_TYPES)("messages of %s hold valid events, the same for one seed", (name) => {
  const parsed = parseSqsEvent(sampleEvent(name, { count: 200, seed: 3 }));
  const events = parsed.ok
    ? parsed.records.map((record) => parseBusinessEvent(record.ok ? record.value.body : ""))
    : [];
  expect(events).toHaveLength(200);
  for (const event of events) expect(event).toMatchObject({ ok: true, value: { type: name } });
  expect(sampleEvent(name, { count: 200, seed: 3 })).toEqual(sampleEvent(name, { count: 200, seed: 3 }));
  expect(sampleEvent(name, { seed: 4 })).not.toEqual(sampleEvent(name, { seed: 3 }));
});

test("every event source has its sample here too, and an unknown name none", () => {
  expect(SAMPLE_NAMES).toEqual([...EVENT_SOURCE_NAMES, ...BUSINESS_EVENT_TYPES]);
  for (const name of EVENT_SOURCE_NAMES)
    expect(sampleEvent(name, { seed: 5 })).toEqual(sampleOfSource(name, { seed: 5 }));
  expect(sampleEvent("nope")).toBeUndefined();
});
