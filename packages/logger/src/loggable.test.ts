import { expect, test } from "vitest";
import {
  LEFT_OUT,
  loggable as loggableWith,
  MAX_DEPTH,
  MAX_FIELDS_CHARS,
  MAX_TEXT_CHARS,
  REDACTED,
} from "./loggable.ts";
import { redactionOf } from "./redaction.ts";

const loggable = (fields: object) => loggableWith(fields, redactionOf(["owner.name", "ownerName"]));

test("plain values stay as they are", () => {
  const fields = { text: "a", number: 1.5, yes: true, nothing: null, list: [1, "b", { c: [] }] };
  expect(loggable(fields)).toEqual(fields);
});

test("values that JSON cannot say are said in a way it can", () => {
  const fields = {
    big: 2n ** 70n,
    at: new Date(0),
    never: new Date(Number.NaN),
    bytes: new Uint8Array(3),
    map: new Map([["owner", "Ada"]]),
    url: new URL("https://user:password@queue.example/path?token=x"),
    work: () => 1,
    symbol: Symbol("s"),
    missing: undefined,
    list: [undefined, () => 1],
  };
  expect(loggable(fields)).toEqual({
    big: "1180591620717411303424",
    at: "1970-01-01T00:00:00.000Z",
    never: "invalid date",
    bytes: "3 bytes",
    map: "1 entries",
    url: "https://queue.example/path",
    list: [null, null],
  });
});

test("a path is redacted at any depth, through arrays, whatever its spelling", () => {
  expect(
    loggable({
      owner: { id: 1, name: "Ada" },
      product: { name: "desk" },
      parts: [{ owner: { name: { first: "Ada" } }, owner_name: "Ada" }],
      issues: [{ path: "a", expected: "b", received: "Ada" }],
      "X-Amz-Security-Token": "t",
      record: { body: { any: "thing" } },
    }),
  ).toEqual({
    owner: { id: 1, name: REDACTED },
    product: { name: "desk" },
    parts: [{ owner: { name: REDACTED }, owner_name: REDACTED }],
    issues: [{ path: "a", expected: "b", received: REDACTED }],
    "X-Amz-Security-Token": REDACTED,
    record: { body: REDACTED },
  });
});

test("depth is bounded, so a circle ends", () => {
  const circle: Record<string, unknown> = { name: "c" };
  circle["self"] = circle;
  const text = JSON.stringify(loggable({ circle }));
  expect(text.match(/"name":"c"/g)).toHaveLength(MAX_DEPTH);
  expect(text).toContain(LEFT_OUT);
});

test("size is bounded: a text, a list, many fields, and all of a line together", () => {
  expect(loggable({ text: "x".repeat(1_000_000) })["text"]).toHaveLength(MAX_TEXT_CHARS);
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index]));
  for (const fields of [{ wide }, wide, { list: Array(1_000_000).fill("x") }, { list: Array(1_000).fill(wide) }]) {
    expect(JSON.stringify(loggable(fields)).length).toBeLessThan(2 * MAX_FIELDS_CHARS);
  }
});

test("a field named __proto__ is a field", () => {
  const copied = loggable(Object.fromEntries([["__proto__", { polluted: true }]]));
  expect(Object.keys(copied)).toEqual(["__proto__"]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
