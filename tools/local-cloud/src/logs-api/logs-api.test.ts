import { createServer, type Server } from "node:http";
import { once } from "node:events";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createLogBook } from "../lambda/logs/log-book.ts";
import { createLogGroups } from "./log-groups.ts";
import { createLogsApi } from "./logs-api.ts";

const GROUP = "/aws/lambda/worker";
const book = createLogBook();
let server: Server;
let endpoint: string;
beforeAll(async () => {
  const functions = [
    { name: "worker" },
    { name: "idle" },
    { name: "busy" },
    { name: "one", logGroup: "shared" },
    { name: "two", logGroup: "shared" },
  ];
  const groups = createLogGroups({ functions, entries: (name) => book.entries(name), region: "eu-central-2" });
  const handle = createLogsApi(groups);
  server = createServer((request, response) => void handle(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  vi.useFakeTimers({ toFake: ["Date"] });
  for (const [time, stream, line] of [
    [1_000, "b", "one"],
    [2_000, "a", '{"level":"ERROR","at":2}'],
    [3_000, "b", "three ERROR"],
    [4_000, "a", "four"],
  ] as const) {
    vi.setSystemTime(time);
    book.write("worker", stream, line);
  }
  book.write("two", "two", "first");
  book.write("one", "one", "second");
  book.write("two", "two", "third");
  for (let at = 0; at < 6_000; at += 1) book.write("busy", "s", `line ${at}`);
  vi.useRealTimers();
});
afterAll(() => server.close());

async function call(action: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { "x-amz-target": `Logs_20140328.${action}`, "content-type": "application/x-amz-json-1.1" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: v.parse(v.record(v.string(), v.unknown()), await answer.json()) };
}
const messages = (body: Record<string, unknown>): unknown =>
  Array.isArray(body["events"]) ? body["events"].map((event: { message: unknown }) => event.message) : body;

// AWS API reference: CloudWatch Logs, DescribeLogGroups and DescribeLogStreams.
describe("the groups and streams", () => {
  test("there is a group for each function, with a line or without, page by page", async () => {
    const first = await call("DescribeLogGroups", { limit: 2 });
    expect(first.body["logGroups"]).toMatchObject([
      { logGroupName: "/aws/lambda/busy", logGroupClass: "STANDARD" },
      { logGroupName: "/aws/lambda/idle", storedBytes: 0 },
    ]);
    const second = await call("DescribeLogGroups", { limit: 1, nextToken: first.body["nextToken"] });
    expect(second.body["logGroups"]).toMatchObject([
      {
        logGroupName: GROUP,
        arn: "arn:aws:logs:eu-central-2:000000000000:log-group:/aws/lambda/worker:*",
        logGroupArn: "arn:aws:logs:eu-central-2:000000000000:log-group:/aws/lambda/worker",
        creationTime: 1_000,
      },
    ]);
    const third = await call("DescribeLogGroups", { limit: 2, nextToken: second.body["nextToken"] });
    expect(third.body).toEqual({ logGroups: [expect.objectContaining({ logGroupName: "shared" })] });
    expect((await call("DescribeLogGroups", { logGroupNamePrefix: "/aws/lambda/w" })).body["logGroups"]).toHaveLength(
      1,
    );
    expect((await call("DescribeLogGroups", { logGroupNamePattern: "DLE" })).body["logGroups"]).toHaveLength(1);
  });

  test("streams come by name, or by their latest event", async () => {
    const named = await call("DescribeLogStreams", { logGroupName: GROUP });
    expect(named.body["logStreams"]).toMatchObject([
      { logStreamName: "a", firstEventTimestamp: 2_000, lastEventTimestamp: 4_000 },
      { logStreamName: "b", firstEventTimestamp: 1_000, lastEventTimestamp: 3_000 },
    ]);
    const recent = { logGroupName: GROUP, orderBy: "LastEventTime", descending: true, limit: 1 };
    const first = await call("DescribeLogStreams", recent);
    expect(first.body["logStreams"]).toMatchObject([{ logStreamName: "a" }]);
    const second = await call("DescribeLogStreams", { ...recent, nextToken: first.body["nextToken"] });
    expect(second.body["logStreams"]).toMatchObject([{ logStreamName: "b" }]);
  });
});

// AWS API reference: CloudWatch Logs, FilterLogEvents.
describe("filtered events", () => {
  test("come from all streams in their order, each with an id of its own", async () => {
    const { body } = await call("FilterLogEvents", { logGroupName: GROUP, interleaved: true });
    expect(body["events"]).toMatchObject([
      {
        logStreamName: "b",
        timestamp: 1_000,
        message: "one",
        ingestionTime: 1_000,
        eventId: expect.stringMatching(/^\d{56}$/),
      },
      { logStreamName: "a", timestamp: 2_000 },
      { logStreamName: "b", timestamp: 3_000 },
      { logStreamName: "a", timestamp: 4_000 },
    ]);
    expect(body).not.toHaveProperty("nextToken");
  });

  test.each([
    ["from a time on", { startTime: 3_000 }, ["three ERROR", "four"]],
    ["before a time", { endTime: 3_000 }, ["one", '{"level":"ERROR","at":2}']],
    ["with a term", { filterPattern: "ERROR" }, ['{"level":"ERROR","at":2}', "three ERROR"]],
    ["with a condition", { filterPattern: '{ $.level = "ERROR" }' }, ['{"level":"ERROR","at":2}']],
    ["of streams by name", { logStreamNames: ["a"] }, ['{"level":"ERROR","at":2}', "four"]],
    ["of streams by prefix", { logStreamNamePrefix: "b" }, ["one", "three ERROR"]],
  ])("%s", async (_, parameters, expected) => {
    expect(messages((await call("FilterLogEvents", { logGroupName: GROUP, ...parameters })).body)).toEqual(expected);
    const byArn = { logGroupIdentifier: `arn:aws:logs:eu-central-2:000000000000:log-group:${GROUP}`, ...parameters };
    expect(messages((await call("FilterLogEvents", byArn)).body)).toEqual(expected);
  });

  test("of functions that share a group come in the order in which they were written", async () => {
    expect(messages((await call("FilterLogEvents", { logGroupName: "shared" })).body)).toEqual([
      "first",
      "second",
      "third",
    ]);
  });

  test("come page by page; a page may be empty before the last one", async () => {
    const query = { logGroupName: "/aws/lambda/busy", filterPattern: '"line 5999"' };
    const first = await call("FilterLogEvents", query);
    expect([messages(first.body), typeof first.body["nextToken"]]).toEqual([[], "string"]);
    const second = await call("FilterLogEvents", { ...query, nextToken: first.body["nextToken"] });
    expect(messages(second.body)).toEqual(["line 5999"]);
    expect(second.body).not.toHaveProperty("nextToken");
    const two = await call("FilterLogEvents", { logGroupName: GROUP, limit: 3 });
    const rest = await call("FilterLogEvents", { logGroupName: GROUP, limit: 3, nextToken: two.body["nextToken"] });
    expect(messages(rest.body)).toEqual(["four"]);
  });
});

// AWS API reference: CloudWatch Logs, GetLogEvents.
describe("the events of a stream", () => {
  const get = async (parameters: object) =>
    (await call("GetLogEvents", { logGroupName: GROUP, logStreamName: "a", ...parameters })).body;

  test("come from its end, or its head, and both ways from a token", async () => {
    const newest = await get({ limit: 1 });
    expect(messages(newest)).toEqual(["four"]);
    const before = await get({ limit: 1, nextToken: newest["nextBackwardToken"] });
    expect(messages(before)).toEqual(['{"level":"ERROR","at":2}']);
    expect(messages(await get({ limit: 1, nextToken: before["nextForwardToken"] }))).toEqual(["four"]);
    expect(messages(await get({ limit: 1, startFromHead: true }))).toEqual(['{"level":"ERROR","at":2}']);
    expect(messages(await get({ startTime: 2_001 }))).toEqual(["four"]);
  });

  test("end where the token stays the same, until there are more", async () => {
    const all = await get({ startFromHead: true });
    const after = await get({ nextToken: all["nextForwardToken"] });
    expect(messages(after)).toEqual([]);
    expect(after["nextForwardToken"]).toBe(all["nextForwardToken"]);
    const before = await get({ nextToken: all["nextBackwardToken"] });
    expect([messages(before), before["nextBackwardToken"]]).toEqual([[], all["nextBackwardToken"]]);
    book.write("worker", "a", "five");
    expect(messages(await get({ nextToken: after["nextForwardToken"] }))).toEqual(["five"]);
  });
});

test.each([
  [
    "a group that is not there",
    "FilterLogEvents",
    { logGroupName: "/aws/lambda/x" },
    "ResourceNotFoundException",
    "The specified log group does not exist.",
  ],
  [
    "a stream that is not there",
    "GetLogEvents",
    { logGroupName: GROUP, logStreamName: "x" },
    "ResourceNotFoundException",
    "The specified log stream does not exist.",
  ],
  ["no group", "FilterLogEvents", {}, "InvalidParameterException", "Specify either"],
  [
    "a limit out of range",
    "FilterLogEvents",
    { logGroupName: GROUP, limit: 10_001 },
    "InvalidParameterException",
    "limit",
  ],
  [
    "a parameter that is not known",
    "FilterLogEvents",
    { logGroupName: GROUP, colour: 1 },
    "InvalidParameterException",
    "colour",
  ],
  [
    "names and a prefix of streams",
    "FilterLogEvents",
    { logGroupName: GROUP, logStreamNames: ["a"], logStreamNamePrefix: "a" },
    "InvalidParameterException",
    "not both",
  ],
  [
    "the latest event and a prefix",
    "DescribeLogStreams",
    { logGroupName: GROUP, orderBy: "LastEventTime", logStreamNamePrefix: "a" },
    "InvalidParameterException",
    "LastEventTime",
  ],
  [
    "another request's token",
    "FilterLogEvents",
    { logGroupName: GROUP, nextToken: "0123456789abcdef-1" },
    "InvalidParameterException",
    "nextToken",
  ],
  [
    "a token of no form",
    "GetLogEvents",
    { logGroupName: GROUP, logStreamName: "a", nextToken: "x" },
    "InvalidParameterException",
    "nextToken",
  ],
  [
    "a pattern that is not built",
    "FilterLogEvents",
    { logGroupName: GROUP, filterPattern: "[a, b]" },
    "InvalidParameterException",
    "space-delimited",
  ],
  ["an action that is not built", "PutLogEvents", {}, "UnknownOperationException", "does not have PutLogEvents"],
  ["a body that is not JSON", "FilterLogEvents", "{oops", "SerializationException", "not JSON"],
])("refuses %s", async (_, action, parameters, type, message) => {
  const { status, body } = await call(action, parameters);
  expect([status, body["__type"], body["message"]]).toEqual([400, type, expect.stringContaining(message)]);
});
