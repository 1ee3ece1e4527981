import { expect, test } from "vitest";
import { plainValue } from "./plain-value.ts";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

test("secrets are their values, however deep, or hidden", async () => {
  const value = { key: secret("hunter2"), list: [secret({ inner: secret(7) })] };
  expect(await plainValue(value, false)).toEqual({ key: "hunter2", list: [{ inner: 7 }] });
  expect(await plainValue(value, true)).toEqual({ key: "(secret)", list: ["(secret)"] });
});

test("keys are sorted", async () => {
  expect(JSON.stringify(await plainValue({ b: 1, a: { d: 1, c: 2 } }, false))).toBe('{"a":{"c":2,"d":1},"b":1}');
});

test("a file is its path, though that comes later, and Pulumi's own marks are left out", async () => {
  const asset = { __pulumiAsset: true, path: Promise.resolve("a.txt") };
  expect(await plainValue({ source: asset, __provider: "code" }, false)).toEqual({ source: { path: "a.txt" } });
});
