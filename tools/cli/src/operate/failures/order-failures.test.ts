import { describe, expect, it } from "vitest";
import { orderFailure, ownAttributes } from "./order-failures.ts";

const text = (value: string) => ({ DataType: "String", StringValue: value });
const parked = {
  DoorbellReason: text("The body is not JSON"),
  DoorbellService: text("order-queue"),
  DoorbellMessageId: text("original"),
  DoorbellParkedAt: text("2024-03-01T08:30:00.000Z"),
  DoorbellReceiveCount: { DataType: "Number", StringValue: "3" },
  DoorbellSentAt: text("2024-03-01T08:23:00.000Z"),
};

describe("a message of the orders DLQ", () => {
  it("that was parked tells its reason, its receives, its times and the message it came from", () => {
    expect(orderFailure("m1", { Body: "{", MessageAttributes: parked }, 5)).toEqual({
      id: "m1",
      kind: "order-rejected",
      place: "orders DLQ",
      what: "a message that names no order",
      reason: "The body is not JSON",
      attempts: 3,
      firstAt: "2024-03-01T08:23:00.000Z",
      lastAt: "2024-03-01T08:30:00.000Z",
      facts: { "message id": "original", service: "order-queue" },
    });
  });

  it("that was parked beside many attributes of its sender leaves out what there was no room for", () => {
    const { DoorbellReceiveCount: _, DoorbellSentAt: __, ...MessageAttributes } = parked;
    const failure = orderFailure("m1", { Body: "{", MessageAttributes }, 5);
    expect(failure).toMatchObject({ firstAt: "2024-03-01T08:30:00.000Z", lastAt: "2024-03-01T08:30:00.000Z" });
    expect(failure).not.toHaveProperty("attempts");
  });

  it("that ran out of receives tells how many there were, and when it was sent", () => {
    const Attributes = { SentTimestamp: "1709281800250", ApproximateReceiveCount: "9" };
    expect(orderFailure("m1", { Body: '{"subject":"A"}', Attributes }, 5)).toMatchObject({
      kind: "order-exhausted",
      what: "order A",
      attempts: 5,
      firstAt: "2024-03-01T08:30:00.250Z",
      facts: { "message id": "m1" },
    });
  });

  it("that SQS moved counts as exhausted, whatever an earlier parking left on it", () => {
    const Attributes = { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-central-2:000000000000:orders" };
    expect(orderFailure("m1", { Body: "{}", MessageAttributes: parked, Attributes }, 5).kind).toBe("order-exhausted");
  });

  it("is sent back with the sender's attributes alone, binaries as they were", () => {
    const BinaryValue = new Uint8Array([0, 255]);
    const MessageAttributes = {
      ...parked,
      partner: { ...text("x"), StringListValues: [] },
      raw: { DataType: "Binary", BinaryValue },
    };
    expect(ownAttributes({ MessageAttributes })).toEqual({
      partner: text("x"),
      raw: { DataType: "Binary", BinaryValue },
    });
  });
});
