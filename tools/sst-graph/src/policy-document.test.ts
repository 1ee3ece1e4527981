import { expect, test } from "vitest";
import { policyDocument } from "./policy-document.ts";

test("a statement becomes the document that AWS is given, its lists in the order given", () => {
  const text = policyDocument([
    { effect: "Allow", actions: ["s3:PutObject", "s3:GetObject"], resources: ["arn:aws:s3:::b/*"] },
  ]);
  expect(JSON.parse(text)).toEqual({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["s3:PutObject", "s3:GetObject"], Resource: ["arn:aws:s3:::b/*"] }],
  });
});

test("a statement without an effect allows, as Pulumi has it", () => {
  expect(policyDocument([{ actions: ["sqs:SendMessage"] }])).toContain('"Effect":"Allow"');
});

test("principals are grouped by type, and everybody is a star", () => {
  const document = (type: string, identifiers: string[]) =>
    JSON.parse(policyDocument([{ principals: [{ type, identifiers }] }])).Statement[0].Principal;
  expect(document("Service", ["s3.amazonaws.com"])).toEqual({ Service: ["s3.amazonaws.com"] });
  expect(document("*", ["*"])).toBe("*");
});

test("conditions on one variable and test are joined, none is lost", () => {
  const conditions = [
    { test: "StringEquals", variable: "aws:SourceAccount", values: ["1"] },
    { test: "StringEquals", variable: "aws:SourceAccount", values: ["2"] },
    { test: "Bool", variable: "aws:SecureTransport", values: ["false"] },
  ];
  expect(JSON.parse(policyDocument([{ conditions }])).Statement[0].Condition).toEqual({
    StringEquals: { "aws:SourceAccount": ["1", "2"] },
    Bool: { "aws:SecureTransport": ["false"] },
  });
});

test("no statements make an empty policy", () => {
  expect(JSON.parse(policyDocument(undefined))).toEqual({ Version: "2012-10-17", Statement: [] });
});

test("a statement of another shape is refused rather than cut down", () => {
  expect(() => policyDocument([{ actions: "s3:GetObject" }])).toThrow(/array/i);
  expect(() => policyDocument([{ acitons: ["s3:GetObject"] }])).toThrow(/acitons/);
});
