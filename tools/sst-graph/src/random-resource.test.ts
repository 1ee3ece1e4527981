import { expect, test } from "vitest";
import { randomResource } from "./random-resource.ts";

const draw = (type: string, inputs: Record<string, unknown>, name = "Key") =>
  randomResource({ type: `random:index/${type}`, name, inputs })?.state ?? {};

test("random bytes are real ones: so many, in base64 and hexadecimal", () => {
  const { base64, hex } = draw("randomBytes:RandomBytes", { length: 32 });
  expect(Buffer.from(String(base64), "base64")).toHaveLength(32);
  expect(Buffer.from(String(base64), "base64").toString("hex")).toBe(hex);
});

test("the same resource always draws the same, another one something else", () => {
  const bytes = (name: string) => draw("randomBytes:RandomBytes", { length: 16 }, name)["hex"];
  expect(bytes("A")).toBe(bytes("A"));
  expect(bytes("A")).not.toBe(bytes("B"));
});

test("an id has all its forms", () => {
  const { hex, dec, b64Std, b64Url } = draw("randomId:RandomId", { byteLength: 8, prefix: "p-" });
  const drawn = Buffer.from(String(hex).replace("p-", ""), "hex");
  expect(drawn).toHaveLength(8);
  expect(dec).toBe(`p-${drawn.readBigUInt64BE()}`);
  expect([b64Std, b64Url]).toEqual([`p-${drawn.toString("base64")}`, `p-${drawn.toString("base64url")}`]);
});

test("a password has the characters that it may have", () => {
  expect(draw("randomPassword:RandomPassword", { length: 40 })["result"]).toMatch(/^[\w!@#$%&*()\-=+[\]{}<>:?]{40}$/);
  const plain = { length: 40, special: false, upper: false, numeric: false };
  expect(draw("randomPassword:RandomPassword", plain)["result"]).toMatch(/^[a-z]{40}$/);
  expect(
    draw("randomString:RandomString", { length: 5, overrideSpecial: "_", lower: false, upper: false, numeric: false }),
  ).toMatchObject({ result: "_____" });
});

test("UUIDs, integers and shuffles have their forms", () => {
  expect(draw("randomUuid:RandomUuid", {})["result"]).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const { result } = draw("randomInteger:RandomInteger", { min: 5, max: 7 });
  expect([5, 6, 7]).toContain(result);
  expect(draw("randomShuffle:RandomShuffle", { inputs: ["a", "b"], resultCount: 1 })["results"]).toHaveLength(1);
});

test("a type of another provider is not drawn", () => {
  expect(randomResource({ type: "aws:sqs/queue:Queue", name: "Q", inputs: {} })).toBeUndefined();
});
