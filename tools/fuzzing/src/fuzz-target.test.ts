import * as fc from "fast-check";
import { expect, test } from "vitest";
import { neverThrows, readsMutants } from "./fuzz-target.ts";

const isNamed = (value: unknown): value is { name: string } =>
  typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
const expected = (value: unknown) => (isNamed(value) ? { name: value.name } : undefined);
const refused = (path: string) => ({ ok: false, issues: [{ path }] }) as const;

test("a parser that does what is expected holds", async () => {
  const parse = (value: unknown) =>
    isNamed(value) ? { ok: true as const, value: { name: value.name } } : refused("name");
  await fc.assert(readsMutants("right", { name: "a", rest: [1] }, parse, expected).property, { numRuns: 500 });
});

test.each<[string, (value: unknown) => ReturnType<typeof refused> | { ok: true; value: unknown }, RegExp]>([
  ["reads what should be refused", (value) => ({ ok: true, value }), /should have been refused|as something else/],
  ["refuses what should be read", () => refused("name"), /should have been read/],
  [
    "names another place",
    (value) => (isNamed(value) ? { ok: true, value: { name: value.name } } : refused("rest")),
    /no issue at name/,
  ],
  [
    "throws",
    () => {
      throw new Error("boom");
    },
    /boom/,
  ],
])("a parser that %s is found out", async (_, parse, complaint) => {
  const { property } = readsMutants("wrong", { name: "a" }, parse, expected);
  const { failed, errorInstance } = await fc.check(property, { numRuns: 500 });
  expect(failed).toBe(true);
  expect(String(errorInstance)).toMatch(complaint);
});

test("a parser of text that throws at broken text is found out", async () => {
  const { property } = neverThrows("text", { a: 1 }, (text) => JSON.parse(text));
  expect(await fc.check(property, { numRuns: 500 })).toMatchObject({ failed: true });
});
