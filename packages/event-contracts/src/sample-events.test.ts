import { expect, test } from "vitest";
import { parseBusinessEvent } from "./business-event.ts";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";
import { parseEventBridgeEvent } from "@doorbell/aws-events/event-bridge";
import { parseObjectEvents } from "@doorbell/aws-events/object-events";
import { OneEventOnly, SAMPLE_NAMES, sampleEvent } from "./sample-events.ts";
import { parseSnsEvent } from "@doorbell/aws-events/sns";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";

function parse(name: string, event: unknown) {
  if (name === "eventbridge") return { ok: true, records: [parseEventBridgeEvent(event)] } as const;
  if (name.startsWith("s3")) return parseObjectEvents(event);
  if (name === "sns") return parseSnsEvent(event);
  return name === "dynamodb" ? parseStreamEvent(event) : parseSqsEvent(event);
}

test.each(SAMPLE_NAMES)("samples of %s are valid, and the same for one seed", (name) => {
  for (let seed = 0; seed < 20; seed++) {
    const count = name.endsWith("eventbridge") ? 1 : 10;
    const event = sampleEvent(name, { count, seed });
    const parsed = parse(name, JSON.parse(JSON.stringify(event)));
    expect(parsed).toMatchObject({ ok: true, records: Array.from({ length: count }, () => ({ ok: true })) });
    expect(sampleEvent(name, { count, seed })).toEqual(event);
    expect(sampleEvent(name, { count, seed: seed + 1 })).not.toEqual(event);
  }
});

test.each(SAMPLE_NAMES.filter((name) => name.startsWith("doorbell.")))("messages of %s hold valid events", (name) => {
  const parsed = parseSqsEvent(sampleEvent(name, { count: 200, seed: 3 }));
  const events = parsed.ok
    ? parsed.records.map((record) => parseBusinessEvent(record.ok ? record.value.body : ""))
    : [];
  expect(events).toHaveLength(200);
  for (const event of events) expect(event).toMatchObject({ ok: true, value: { type: name } });
});

test("an unknown name has no sample, and an event bus no second event", () => {
  expect(sampleEvent("nope")).toBeUndefined();
  expect(() => sampleEvent("eventbridge", { count: 2 })).toThrow(OneEventOnly);
});
