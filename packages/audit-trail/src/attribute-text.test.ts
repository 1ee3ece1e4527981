import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyImage } from "../test/images.ts";
import { attributeText, imageText, parseAttributeText } from "./attribute-text.ts";

test("the order of names and of sets and the way a number is written do not matter, the order of lists does", () => {
  const one = imageText({ a: { N: "1.50" }, b: { SS: ["x", "y"] }, c: { NS: ["10", "2"] } });
  const same = imageText({ c: { NS: ["2", "1E1"] }, b: { SS: ["y", "x"] }, a: { N: "15e-1" } });
  expect(same).toBe(one);
  expect(attributeText({ L: [{ S: "x" }, { S: "y" }] })).not.toBe(attributeText({ L: [{ S: "y" }, { S: "x" }] }));
});

test("values of different types never share a text", () => {
  const values = [{ S: "1" }, { N: "1" }, { SS: ["1"] }, { NS: ["1"] }, { L: [{ S: "1" }] }, { B: Buffer.from("1") }];
  expect(new Set(values.map(attributeText)).size).toBe(values.length);
});

test("a text comes back as its value, whatever the value", () => {
  fc.assert(
    fc.property(anyImage, (image) => {
      const text = attributeText({ M: image });
      const parsed = parseAttributeText(text);
      expect(parsed.ok && attributeText(parsed.value)).toBe(text);
    }),
  );
});

test.each(["", "{", "null", "{}", '{"N":1}', '{"S":"a","N":"1"}'])("%j is no value", (text) => {
  expect(parseAttributeText(text)).toMatchObject({ ok: false });
});
