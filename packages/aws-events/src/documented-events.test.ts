import { describe, expect, test } from "vitest";
import {
  BUS_EVENTS,
  QUEUE_EVENT,
  S3_BUS_EVENTS,
  S3_RECORDS,
  STREAM_EVENT,
  TOPIC_EVENT,
  WINDOW_EVENT,
} from "../test/documented-events.ts";
import { parseStreamEvent } from "./dynamodb-stream.ts";
import { parseEventBridgeEvent } from "./event-bridge.ts";
import { parseObjectEvents } from "./object-events.ts";
import { parseSnsEvent } from "./sns.ts";
import { parseSqsEvent } from "./sqs.ts";
import { sampleSnsBody, sampleSnsRecord, sampleSqsRecord } from "./testing.ts";
import { parseTimeWindow } from "./time-window.ts";

describe.each(S3_RECORDS)("what S3 says of a %s", (_, record) => {
  const event = { Records: [record] };
  const text = JSON.stringify(event);
  const expected = parseObjectEvents(event);

  test.each([
    ["from the bucket", event],
    ["through a queue", { Records: [sampleSqsRecord({ body: text })] }],
    ["through a topic", { Records: [sampleSnsRecord({ Message: text })] }],
    ["through a topic and a queue", { Records: [sampleSqsRecord({ body: JSON.stringify(sampleSnsBody(text)) })] }],
    ["through a topic and a queue, raw", { Records: [sampleSqsRecord({ body: text })] }],
  ])("is read %s, each way the same", (_way, delivered) => {
    const parsed = parseObjectEvents(delivered);
    expect(parsed).toMatchObject({ ok: true, records: [{ ok: true, index: 0 }] });
    const value = (envelope: typeof parsed) =>
      envelope.ok && envelope.records[0]?.ok ? envelope.records[0].value : {};
    expect(value(parsed)).toEqual(value(expected));
  });
});

test.each(S3_BUS_EVENTS)(
  "EventBridge's %s is read and named as S3 names it, also through a queue",
  (eventName, event) => {
    expect(parseObjectEvents(event)).toMatchObject({
      records: [{ ok: true, id: "bus-event-1", value: { eventName, bucket: "files", key: "report.csv" } }],
    });
    const body = JSON.stringify(event);
    expect(parseObjectEvents({ Records: [sampleSqsRecord({ body })] })).toMatchObject({
      records: [{ ok: true, id: "message-1", value: { eventName } }],
    });
  },
);

test("the sample of a stream event is read, though it has no creation times", () => {
  expect(parseStreamEvent(STREAM_EVENT)).toMatchObject({ records: [{ ok: true }, { ok: true }] });
});

test("the sample of a time window is read, and what is left out is false or empty", () => {
  expect(parseStreamEvent(WINDOW_EVENT)).toMatchObject({ records: [{ ok: true }, { ok: true }] });
  const value = {
    ...WINDOW_EVENT.window,
    state: { 1: "state1" },
    shardId: "shard123456789",
    eventSourceArn: "stream-ARN",
    isFinalInvoke: false,
    isTerminatedEarly: false,
  };
  expect(parseTimeWindow(WINDOW_EVENT)).toEqual({ ok: true, value });
  const { state, isFinalInvokeForWindow, isWindowTerminatedEarly, ...bare } = WINDOW_EVENT;
  expect([state, isFinalInvokeForWindow, isWindowTerminatedEarly]).toHaveLength(3);
  expect(parseTimeWindow(bare)).toEqual({ ok: true, value: { ...value, state: {} } });
  expect(parseTimeWindow(STREAM_EVENT)).toEqual({ ok: true, value: undefined });
  expect(parseTimeWindow(null)).toMatchObject({ ok: false, issues: [{ path: "" }] });
  const wrong = { ...WINDOW_EVENT, window: [], state: 1, shardId: null, isFinalInvokeForWindow: "yes" };
  expect(parseTimeWindow(wrong)).toMatchObject({
    issues: [{ path: "window" }, { path: "state" }, { path: "shardId" }, { path: "isFinalInvokeForWindow" }],
  });
});

test("the samples of a standard and of a FIFO message are read, and one with attributes of every type", () => {
  const messageAttributes = {
    text: { dataType: "String", stringValue: "a" },
    cents: { dataType: "Number.cents", stringValue: "123" },
    image: { dataType: "Binary.png", binaryValue: "MTEwMA==" },
  };
  expect(parseSqsEvent(QUEUE_EVENT)).toMatchObject({
    records: [
      { ok: true },
      { ok: true, value: { attributes: { MessageGroupId: "1" } } },
      { ok: true, value: { body: "", receiveCount: 2, messageAttributes } },
    ],
  });
});

test("the sample of a topic's message is read, however its URLs are spelled", () => {
  expect(parseSnsEvent(TOPIC_EVENT)).toEqual({
    ok: true,
    records: [
      {
        ok: true,
        index: 0,
        id: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        value: {
          messageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
          topicArn: "arn:aws:sns:us-east-1:123456789012:sns-lambda",
          subscriptionArn: "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
          subject: "TestInvoke",
          message: "Hello from SNS!",
          publishedAt: "2019-01-02T12:45:07.000Z",
          messageAttributes: {
            Test: { type: "String", value: "TestString" },
            TestBinary: { type: "Binary", value: "TestBinary" },
          },
        },
      },
    ],
  });
  expect(parseSnsEvent({ Records: [sampleSnsRecord()] })).toMatchObject({ records: [{ ok: true }] });
});

test.each(BUS_EVENTS)("the sample of an event bus with $source is read", (event) => {
  expect(parseEventBridgeEvent(event)).toMatchObject({ ok: true, value: { id: event.id, detail: event.detail } });
});
