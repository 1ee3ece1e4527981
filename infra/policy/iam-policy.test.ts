import { expect, test } from "vitest";
import { UnknownOperator, grantsOf, isAllowed } from "./iam-policy.ts";

const statement = (effect: "Allow" | "Deny", action: string, resource: string) => ({
  Effect: effect,
  Action: [action],
  Resource: [resource],
});
const put = { action: "s3:PutObject", resource: "arn:aws:s3:::rejects/a/b.ndjson" };

test.each([
  ["the action on the resource", "s3:PutObject", "arn:aws:s3:::rejects/a/b.ndjson", true],
  ["every object of the bucket", "s3:PutObject", "arn:aws:s3:::rejects/*", true],
  ["the action in another case", "S3:putobject", "arn:aws:s3:::rejects/*", true],
  ["every action that begins so", "s3:Put*", "*", true],
  ["one unknown character", "s3:PutObjec?", "arn:aws:s3:::rejects/*", true],
  ["another action", "s3:GetObject", "arn:aws:s3:::rejects/*", false],
  ["the bucket without its objects", "s3:PutObject", "arn:aws:s3:::rejects", false],
  ["the objects of a bucket whose name is longer", "s3:PutObject", "arn:aws:s3:::rejects2/*", false],
  ["the resource in another case", "s3:PutObject", "arn:aws:s3:::Rejects/*", false],
  ["a dot for any character", "s3:PutObject", "arn:aws:s3:::rejects/a/b?ndjso.", false],
])("a statement that allows %s", (_, action, resource, allowed) => {
  expect(isAllowed([statement("Allow", action, resource)], put)).toBe(allowed);
});

test("nothing is allowed by nothing", () => {
  expect(isAllowed([], put)).toBe(false);
});

test("a denial outweighs what is allowed", () => {
  const allow = statement("Allow", "s3:*", "*");
  expect(isAllowed([allow, statement("Deny", "s3:PutObject", "*")], put)).toBe(false);
  expect(isAllowed([allow, statement("Deny", "s3:GetObject", "*")], put)).toBe(true);
});

test("a condition is held against the context of the access", () => {
  const key = "lambda:FunctionArn";
  const on = (effect: "Allow" | "Deny", operator: string, ...wanted: string[]) => ({
    ...statement(effect, "s3:PutObject", "*"),
    Condition: { [operator]: { [key]: wanted } },
  });
  const by = (value: string) => ({ ...put, context: { [key]: value } });
  expect(isAllowed([on("Allow", "ArnLike", "a:b-*")], by("a:b-c"))).toBe(true);
  expect(isAllowed([on("Allow", "ArnLike", "a:b-*")], by("a:c"))).toBe(false);
  expect(isAllowed([on("Allow", "StringEquals", "a:b-*")], by("a:b-c"))).toBe(false);
  expect(isAllowed([on("Allow", "StringEquals", "x", "a:b-c")], by("a:b-c"))).toBe(true);
  expect(isAllowed([on("Allow", "StringLike", "*")], { ...put, context: { other: "a" } })).toBe(false);
  const allow = statement("Allow", "s3:*", "*");
  expect(isAllowed([allow, on("Deny", "StringLike", "a*")], by("b"))).toBe(true);
  expect(isAllowed([allow, on("Deny", "StringLike", "b*")], by("b"))).toBe(false);
  expect(() => isAllowed([on("Allow", "NumericLessThan", "1")], by("b"))).toThrow(UnknownOperator);
});

test("what is allowed on a condition is not taken as allowed where the context is unknown", () => {
  const condition = { Bool: { "aws:SecureTransport": ["true"] } };
  expect(isAllowed([{ ...statement("Allow", "s3:PutObject", "*"), Condition: condition }], put)).toBe(false);
});

test("the grants are each action on each resource", () => {
  const both = { Effect: "Allow", Action: ["a:A", "a:B"], Resource: ["x", "y"] };
  expect(grantsOf([both, statement("Deny", "a:C", "x")])).toEqual([
    { action: "a:A", resource: "x" },
    { action: "a:A", resource: "y" },
    { action: "a:B", resource: "x" },
    { action: "a:B", resource: "y" },
  ]);
});
