import { describe, expect, test } from "vitest";
import { createEvent } from "./bus-event.ts";
import { inputFor, problemOfInput } from "./target-input.ts";

const RULE = { name: "placed", arn: "arn:aws:events:eu-central-2:000000000000:rule/shop/placed" };
const event = createEvent(
  {
    source: "shop",
    detailType: "order.placed",
    detail:
      '{"id": "o-1", "total": 12.50, "note": "a \\"gift\\"", "items": [{"sku": "a"}, {"sku": "b"}], "big": 9007199254740993}',
    resources: ["arn:shop"],
    time: new Date("2026-01-02T03:04:05.678Z"),
  },
  "eu-central-2",
);
const PATHS = {
  id: "$.detail.id",
  total: "$.detail.total",
  note: "$.detail.note",
  items: "$.detail.items",
  second: "$.detail.items[1].sku",
  skus: "$.detail.items[*].sku",
  type: "$.detail-type",
  none: "$.detail.none",
};
const transformed = (template: string) => inputFor({ kind: "transformer", paths: PATHS, template }, event, RULE);

// AWS: aws-events, "Event structure metadata".
test("an event has EventBridge's fields, its time to the second and its detail as it was sent", () => {
  expect(JSON.parse(event.text)).toMatchObject({
    version: "0",
    id: event.id,
    "detail-type": "order.placed",
    source: "shop",
    account: "000000000000",
    time: "2026-01-02T03:04:05Z",
    region: "eu-central-2",
    resources: ["arn:shop"],
    detail: { id: "o-1" },
  });
  expect(event.text).toContain('"big": 9007199254740993}');
});

// AWS: eb-transform-target-input.
describe("a target gets", () => {
  test("the event where it has no input", () => {
    expect(inputFor(undefined, event, RULE)).toBe(event.text);
  });

  test("its constant", () => {
    expect(inputFor({ kind: "constant", text: '{"a":1}' }, event, RULE)).toBe('{"a":1}');
  });

  test.each([
    ["$.detail.id", '"o-1"'],
    ["$.detail.items[0]", '{"sku":"a"}'],
    ["$.detail.items[*].sku", '["a","b"]'],
    ["$.none", "{}"],
  ])("what is at the path %s", (path, result) => {
    expect(inputFor({ kind: "path", path }, event, RULE)).toBe(result);
  });

  test.each([
    ['{"id": <id>, "total": <total>}', '{"id": "o-1", "total": 12.5}'],
    ['{"text": "order <id> of <type>"}', '{"text": "order o-1 of order.placed"}'],
    ['"order <id> costs <total>"', '"order o-1 costs 12.5"'],
    ['{"second": <second>, "skus": <skus>}', '{"second": "b", "skus": ["a","b"]}'],
    ['{"text": "\\"<id>\\" is quoted"}', '{"text": "\\"o-1\\" is quoted"}'],
    ['{"note": "<note>"}', '{"note": "a \\"gift\\""}'],
    ['{"items": "<items>"}', '{"items": "[{sku:a},{sku:b}]"}'],
    ['{"none": <none>, "text": "<none>"}', '{"none": "", "text": ""}'],
    ['{"rule": "<aws.events.rule-name>", "arn": <aws.events.rule-arn>}', `{"rule": "placed", "arn": "${RULE.arn}"}`],
  ])("of the template %s: %s", (template, result) => {
    expect(transformed(template)).toBe(result);
    expect(() => JSON.parse(transformed(template))).not.toThrow();
  });

  test("the event and its ingestion time of predefined variables", () => {
    const result = transformed(
      '{"all": <aws.events.event.json>, "head": <aws.events.event>, "at": <aws.events.event.ingestion-time>}',
    );
    const { detail: _detail, ...head } = JSON.parse(event.text);
    expect(JSON.parse(result)).toEqual({ all: JSON.parse(event.text), head, at: event.ingestionTime });
  });
});

describe("refused is", () => {
  const transformer = (paths: Record<string, string>, template = '"x"') =>
    ({ kind: "transformer", paths, template }) as const;
  test.each([
    ["a constant that is no JSON", { kind: "constant", text: "{" } as const, "JSON is expected"],
    ["a path in brackets", { kind: "path", path: "$['detail']" } as const, "not a JSON path"],
    ["a path that does not begin with $", { kind: "path", path: "detail" } as const, "not a JSON path"],
    ["a reserved name", transformer({ "aws.x": "$.id" }), "reserved"],
    ["a variable without a path", transformer({}, '"<lost>"'), "the variable lost"],
    ["a template that is too long", transformer({}, `"${"x".repeat(8_192)}"`), "the limit is 8192"],
    [
      "101 variables",
      transformer(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`v${index}`, "$.id"]))),
      "the limit is 100",
    ],
  ])("%s", (_what, input, problem) => {
    expect(problemOfInput(input)).toContain(problem);
  });

  test("nothing else", () => {
    expect(problemOfInput(transformer(PATHS, '"<id> <aws.events.event.json>"'))).toBeUndefined();
  });
});
