import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { expect, test } from "vitest";
import { ORDER_CANCELLED_TYPE } from "../src/order-cancelled.ts";
import { ORDER_PLACED_TYPE } from "../src/order-placed.ts";
import { brokenContracts, generatedFiles, staleFiles, writeFiles, writtenFiles } from "./contract-files.ts";
import { convert, publishedContracts, UnpublishedRule } from "./json-schema.ts";

const generated = generatedFiles();

test("the published contracts are those of the source; else run pnpm contracts:write", () => {
  expect(staleFiles(generated, writtenFiles())).toEqual([]);
});

test("each type of event has a contract, named for the type and its version", () => {
  expect([...publishedContracts().keys()]).toEqual([ORDER_PLACED_TYPE, ORDER_CANCELLED_TYPE]);
  expect([...generated.keys()]).toEqual([...publishedContracts().keys()].map((type) => `${type}.schema.json`));
});

test("what is written is read back, and a file that nothing generates any more is stale", () => {
  const folder = mkdtempSync(join(tmpdir(), "contracts-"));
  try {
    const url = pathToFileURL(`${folder}/`);
    writeFiles(new Map([...generated, ["old.v1.schema.json", "{}\n"]]), url);
    expect(staleFiles(generated, writtenFiles(url))).toEqual(["old.v1.schema.json"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a contract may change in no breaking way, a new version in any way, and no version goes away", () => {
  const v1 = new Map([["order.v1.schema.json", `{ "properties": { "id": { "maxLength": 64 } } }`]]);
  const narrower = `{ "properties": { "id": { "maxLength": 32 } } }`;
  expect(brokenContracts(v1, new Map([["order.v1.schema.json", narrower]]))).toMatchObject([
    { file: "order.v1.schema.json", changes: [{ path: "id" }] },
  ]);
  expect(brokenContracts(v1, new Map([...v1, ["order.v2.schema.json", narrower]]))).toEqual([]);
  expect(brokenContracts(v1, new Map())).toMatchObject([{ changes: [{ change: "the contract was removed" }] }]);
});

test("a rule that JSON Schema has no line for is an error, never left out", () => {
  const even = (value: number) => value % 2 === 0;
  expect(() => convert(v.object({ n: v.pipe(v.number(), v.check(even, "even")) }))).toThrow(UnpublishedRule);
  expect(() => convert(v.object({ at: v.date() }))).toThrow(UnpublishedRule);
  expect(() => convert(v.pipe(v.string(), v.transform(Number)))).toThrow(UnpublishedRule);
});
