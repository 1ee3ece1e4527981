import { expect, test } from "vitest";
import { parseStreamEvent } from "./dynamodb-stream.ts";
import { parseEventBridgeEvent } from "./event-bridge.ts";
import { parseObjectEvents } from "./object-events.ts";
import { OneEventOnly, SAMPLE_NAMES, sampleEvent } from "./sample-events.ts";
import { parseSnsEvent } from "./sns.ts";
import { parseSqsEvent } from "./sqs.ts";

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

test("an unknown name has no sample, and an event bus no second event", () => {
  expect(sampleEvent("nope")).toBeUndefined();
  expect(() => sampleEvent("eventbridge", { count: 2 })).toThrow(OneEventOnly);
});
