import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, fingerprint } from "./fingerprint.ts";

describe("fingerprint", () => {
  it("does not depend on the order of keys, at any depth", () => {
    const one = fingerprint({ id: "CA-1", shipTo: { city: "Bern", country: "CH" }, lines: [{ a: 1, b: 2 }] });
    const other = fingerprint({ lines: [{ b: 2, a: 1 }], shipTo: { country: "CH", city: "Bern" }, id: "CA-1" });
    expect(one).toBe(other);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
  });

  it("depends on the order of a list, on values, and on their types", () => {
    const prints = [[1, 2], [2, 1], [1, "2"], { 0: 1, 1: 2 }, [[1, 2]], null, "null", 0, "", {}, []].map(fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it("leaves out members that are undefined, as JSON does", () => {
    expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
  });

  it("refuses what JSON cannot carry, which would make two payloads look alike", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const payload of [
      undefined,
      1n,
      Number.NaN,
      () => 1,
      Symbol("s"),
      cycle,
      new Map([[1, 2]]),
      new Date(0),
      [undefined],
    ]) {
      expect(() => fingerprint(payload)).toThrow(TypeError);
    }
  });

  it("takes the same object twice, since only a cycle has no end", () => {
    const line = { quantity: 1 };
    expect(fingerprint([line, line])).toBe(fingerprint([{ quantity: 1 }, { quantity: 1 }]));
  });

  it("is canonical: what it writes means the same value, and is written the same again", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const read: unknown = JSON.parse(text);
        expect(JSON.stringify(read).length).toBe(JSON.stringify(value).length);
        expect(canonicalJson(read)).toBe(text);
      }),
    );
  });
});
