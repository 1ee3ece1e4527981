import { senderAttributes } from "@doorbell/batch/sqs-parking";
import { describe, expect, it } from "vitest";
import { deadLetterFailure, sourceQueueOf } from "./dead-letter.ts";
import { placeWords } from "./failure-hooks.ts";

const text = (value: string) => ({ DataType: "String", StringValue: value });
const parked = {
  DoorbellReason: text("The body is not JSON"),
  DoorbellService: text("order-queue"),
  DoorbellMessageId: text("original"),
  DoorbellParkedAt: text("2024-03-01T08:30:00.000Z"),
  DoorbellReceiveCount: { DataType: "Number", StringValue: "3" },
  DoorbellSentAt: text("2024-03-01T08:23:00.000Z"),
};

const words = placeWords({ type: "queue", component: "WorkDlq" });
const own = placeWords(
  { type: "queue", component: "WorkDlq" },
  { place: "my DLQ", kinds: { "message-rejected": "work-rejected" }, about: (content) => `work of ${content.length}` },
);
const known = { words, service: "worker", maxReceiveCount: 5 };

describe("a message of a dead-letter queue", () => {
  it("that was parked tells its reason, its receives, its times and the message it came from", () => {
    expect(deadLetterFailure("m1", { Body: "{", MessageAttributes: parked }, known)).toEqual({
      id: "m1",
      kind: "message-rejected",
      place: "queue WorkDlq",
      what: "a message",
      reason: "The body is not JSON",
      attempts: 3,
      firstAt: "2024-03-01T08:23:00.000Z",
      lastAt: "2024-03-01T08:30:00.000Z",
      facts: { "message id": "original", service: "order-queue" },
    });
  });

  it("that was parked beside many attributes of its sender leaves out what there was no room for", () => {
    const { DoorbellReceiveCount: _, DoorbellSentAt: __, ...MessageAttributes } = parked;
    const failure = deadLetterFailure("m1", { Body: "{", MessageAttributes }, known);
    expect(failure).toMatchObject({ firstAt: "2024-03-01T08:30:00.000Z", lastAt: "2024-03-01T08:30:00.000Z" });
    expect(failure).not.toHaveProperty("attempts");
  });

  it("that ran out of receives tells how many there were, and when it was sent", () => {
    const Attributes = { SentTimestamp: "1709281800250", ApproximateReceiveCount: "9" };
    expect(deadLetterFailure("m1", { Body: "{}", Attributes }, known)).toMatchObject({
      kind: "message-exhausted",
      reason: "received 5 times and never handled; the log of worker says why",
      attempts: 5,
      firstAt: "2024-03-01T08:30:00.250Z",
      facts: { "message id": "m1", service: "worker" },
    });
  });

  it("that SQS moved counts as exhausted, whatever an earlier parking left on it", () => {
    const Attributes = { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-central-2:000000000000:orders" };
    const failure = deadLetterFailure("m1", { Body: "{}", MessageAttributes: parked, Attributes }, known);
    expect(failure.kind).toBe("message-exhausted");
  });

  it("is told in the project's own words", () => {
    expect(deadLetterFailure("m1", { Body: "{", MessageAttributes: parked }, { words: own })).toMatchObject({
      kind: "work-rejected",
      place: "my DLQ",
      what: "work of 1",
    });
    expect(deadLetterFailure("m1", { Body: "{" }, { words: own }).kind).toBe("message-exhausted");
  });

  it("is sent back with the sender's attributes alone, binaries as they were", () => {
    const BinaryValue = new Uint8Array([0, 255]);
    const MessageAttributes = {
      ...parked,
      partner: { ...text("x"), StringListValues: [] },
      raw: { DataType: "Binary", BinaryValue },
    };
    expect(senderAttributes({ MessageAttributes })).toEqual({
      partner: text("x"),
      raw: { DataType: "Binary", BinaryValue },
    });
  });
});

describe("the queue that a message came from", () => {
  const queue = (name: string, service?: string) => ({
    variable: `${name}_URL`,
    name,
    fifo: false,
    url: `https://sqs.eu-central-2.amazonaws.com/000000000000/${name}`,
    ...(service !== undefined && { service }),
  });
  const moved = { Attributes: { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-central-2:000000000000:letters" } };
  const [parcels, letters, notes] = [queue("parcels", "worker"), queue("letters", "worker"), queue("notes", "clerk")];

  it.each([
    ["the only one there is", {}, [parcels], "parcels"],
    ["the one that SQS names", moved, [parcels, letters, notes], "letters"],
    ["none, where SQS names another", moved, [parcels, notes], undefined],
    [
      "the one that the service that parked it listens to",
      { MessageAttributes: parked },
      [queue("a", "order-queue"), notes],
      "a",
    ],
    [
      "none, where that service listens to several",
      { MessageAttributes: { ...parked, DoorbellService: text("worker") } },
      [parcels, letters],
      undefined,
    ],
    ["none, where nothing says", {}, [parcels, queue("unheard")], undefined],
  ])("is %s", (_, message, sources, name) => {
    expect(sourceQueueOf(message, sources)?.name).toBe(name);
  });
});
