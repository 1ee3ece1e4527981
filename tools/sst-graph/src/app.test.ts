import { expect, test } from "vitest";
import { readApp } from "./app.ts";

test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
  ["of the provider", { providers: { aws: { region: "eu-west-1" } } }, { AWS_REGION: "x" }, "eu-west-1"],
  ["of the environment", { providers: { aws: "7.20.0" } }, { AWS_REGION: "eu-north-1" }, "eu-north-1"],
  ["of the environment's default", {}, { AWS_DEFAULT_REGION: "eu-south-1" }, "eu-south-1"],
  ["of AWS's own tools", { providers: { aws: true } }, {}, "us-east-1"],
])("the region is the one %s", (_, given, environment, region) => {
  const app = readApp({ name: "shop", home: "aws", ...given }, "local", environment);
  expect(app.region).toBe(region);
  expect(app.global).toMatchObject({ name: "shop", stage: "local", providers: { aws: { region } } });
});

test("what app() leaves out is as SST has it", () => {
  const app = readApp({ name: "shop", home: "aws" }, "ana", {});
  expect(app).toMatchObject({ removal: "retain", protect: false });
  expect([...app.providers]).toEqual([["aws", undefined]]);
});

test("a version alone is a provider; the home aside, no provider is made up", () => {
  const app = readApp({ name: "shop", home: "local", providers: { stripe: "0.0.24" } }, "local", {});
  expect([...app.providers]).toEqual([["stripe", "0.0.24"]]);
  expect(app.global).toMatchObject({ providers: { stripe: { version: "0.0.24" } } });
});

test("other settings reach $app as they are", () => {
  expect(readApp({ name: "shop", home: "aws", watch: ["src"] }, "local", {}).global).toMatchObject({ watch: ["src"] });
});

test.each([
  [undefined, "its result"],
  [{ home: "aws" }, "name"],
  [{ name: "my shop" }, "name"],
  [{ name: "shop", removal: "destroy" }, "removal"],
  [{ name: "shop", providers: { aws: 7 } }, "providers.aws"],
])("%j is refused with what is wrong", (returned, path) => {
  expect(() => readApp(returned, "local", {})).toThrow(`app() returned what SST does not take: ${path}: `);
});
