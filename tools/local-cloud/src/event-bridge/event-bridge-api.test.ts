import {
  CreateArchiveCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  TestEventPatternCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { QUEUE, SHOP, rule, startMessaging, target, type TestMessaging } from "../../test/messaging-fixture.ts";

let bridge: TestMessaging;
beforeAll(async () => {
  bridge = await startMessaging({ rules: [rule([target(QUEUE)])] });
});
afterAll(() => bridge.stop());

const entry = (more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  Source: "shop",
  DetailType: "order.placed",
  Detail: '{"id":"o-1"}',
  EventBusName: "shop",
  ...more,
});
const put = (...Entries: PutEventsRequestEntry[]) => bridge.eventBridge.send(new PutEventsCommand({ Entries }));
const received = () => bridge.receive(QUEUE).map(({ body }) => JSON.parse(body));

// AWS: API_PutEvents, API_PutEventsResultEntry, eb-putevents.
describe("PutEvents", () => {
  test.each([
    ["name", "shop"],
    ["ARN", SHOP],
  ])("puts an event on a bus given by its %s", async (_how, EventBusName) => {
    const Time = new Date("2026-01-02T03:04:05Z");
    const answer = await put(entry({ EventBusName, Time, Resources: ["r"] }));
    expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
    const id = answer.Entries?.[0]?.EventId;
    expect(received()).toMatchObject([{ id, time: "2026-01-02T03:04:05Z", resources: ["r"] }]);
  });

  test("takes ten entries, in order, and lets one that is not valid fail alone", async () => {
    const entries = Array.from({ length: 10 }, (_, index) => entry({ Detail: JSON.stringify({ index }) }));
    entries[4] = entry({ Detail: "[1]" });
    const { FailedEntryCount, Entries } = await put(...entries);
    expect(FailedEntryCount).toBe(1);
    expect(Entries?.[4]).toEqual({ ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." });
    expect(received().map(({ detail }) => detail.index)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
  });

  test.each<[string, PutEventsRequestEntry, string]>([
    ["no source", { Source: undefined }, "Parameter Source is not valid. Reason: Source is a required argument."],
    ["no type", { DetailType: "" }, "Parameter DetailType is not valid. Reason: DetailType is a required argument."],
    ["no detail", { Detail: undefined }, "Parameter Detail is not valid. Reason: Detail is a required argument."],
    ["a type that is too long", { DetailType: "x".repeat(129) }, "more than 128 characters"],
    ["a detail that is no JSON", { Detail: "{" }, "Detail is malformed."],
    ["a source of AWS", { Source: "aws.s3" }, "Not authorized for the source."],
  ])("fails an entry with %s", async (_what, more, message) => {
    const { FailedEntryCount, Entries } = await put(entry(more));
    expect(FailedEntryCount).toBe(1);
    expect(Entries?.[0]?.ErrorMessage).toContain(message);
    expect(received()).toEqual([]);
  });

  test.each([
    ["no entry", []],
    ["eleven entries", Array.from({ length: 11 }, () => entry())],
    ["entries of 1 MB in all", [entry({ Detail: JSON.stringify({ text: "x".repeat(1_048_576) }) })]],
  ])("refuses %s whole", async (_what, entries) => {
    await expect(put(...entries)).rejects.toMatchObject({ name: "ValidationException" });
    expect(received()).toEqual([]);
  });

  test("takes an event that is just below 1 MB", async () => {
    const frame = 'shop"order.placed{"text":""}'.length - 1;
    const answer = await put(entry({ Detail: JSON.stringify({ text: "x".repeat(1_048_576 - frame - 1) }) }));
    expect(answer.FailedEntryCount).toBe(0);
    expect(received()).toHaveLength(1);
  });

  test("accepts an event for a bus that is not there, as AWS does, drops it and says so", async () => {
    expect(await put(entry({ EventBusName: "nowhere" }))).toMatchObject({ FailedEntryCount: 0 });
    expect(bridge.notices).toEqual(["An event of shop is dropped, as on AWS: there is no event bus nowhere."]);
  });
});

describe("the graph's buses, rules and targets", () => {
  test("are listed", async () => {
    const { EventBuses } = await bridge.eventBridge.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(["default", "shop", "audit"]);
    const { Rules } = await bridge.eventBridge.send(new ListRulesCommand({ EventBusName: SHOP }));
    expect(Rules).toMatchObject([{ Name: "placed", State: "ENABLED", EventPattern: '{"source":["shop"]}' }]);
    const { Targets } = await bridge.eventBridge.send(
      new ListTargetsByRuleCommand({ Rule: "placed", EventBusName: "shop" }),
    );
    expect(Targets).toMatchObject([{ Id: "T", Arn: QUEUE, RetryPolicy: { MaximumRetryAttempts: 185 } }]);
  });

  test("that are not there are a ResourceNotFoundException", async () => {
    const name = "ResourceNotFoundException";
    await expect(bridge.eventBridge.send(new ListRulesCommand({ EventBusName: "x" }))).rejects.toMatchObject({ name });
    await expect(bridge.eventBridge.send(new ListTargetsByRuleCommand({ Rule: "x" }))).rejects.toMatchObject({ name });
  });
});

describe("TestEventPattern", () => {
  const pattern = (EventPattern: string) =>
    bridge.eventBridge.send(new TestEventPatternCommand({ EventPattern, Event: '{"source":"shop"}' }));

  test("says whether an event matches", async () => {
    expect(await pattern('{"source":[{"prefix":"sh"}]}')).toMatchObject({ Result: true });
    expect(await pattern('{"source":["other"]}')).toMatchObject({ Result: false });
  });

  test("refuses a pattern that is not valid", async () => {
    await expect(pattern('{"source":"shop"}')).rejects.toMatchObject({ name: "InvalidEventPatternException" });
  });
});

test.each([
  ["PutRule", () => bridge.eventBridge.send(new PutRuleCommand({ Name: "r", EventPattern: "{}" }))],
  [
    "CreateArchive",
    () => bridge.eventBridge.send(new CreateArchiveCommand({ ArchiveName: "a", EventSourceArn: SHOP })),
  ],
])("%s is refused by name", async (name, send) => {
  await expect(send()).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: expect.stringContaining(`does not have ${name} of EventBridge`),
  });
});
