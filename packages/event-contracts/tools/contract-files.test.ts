import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { afterAll, describe, expect, test } from "vitest";
import { BUSINESS_EVENT_TYPES } from "../src/business-event.ts";
import { expectedSubject } from "../src/cloud-event.ts";
import { withFieldRule } from "../src/field-rule.ts";
import { expectedTotal } from "../src/order-placed.ts";
import { SAMPLE_NAMES } from "../src/sample-events.ts";
import { FUZZ_TARGETS } from "../test/fuzz-targets.ts";
import {
  acceptedBreaks,
  baseRevisions,
  brokenContracts,
  committedFiles,
  generatedFiles,
  staleFiles,
  writeFiles,
  writtenFiles,
} from "./contract-files.ts";
import { convert, publishedContracts, UnpublishedRule } from "./json-schema.ts";

const generated = generatedFiles();

test("the published contracts are those of the source; else run pnpm contracts:write", () => {
  expect(staleFiles(generated, writtenFiles())).toEqual([]);
});

test("each type of event that is read has a contract, named for the type and its version", () => {
  expect([...publishedContracts().keys()]).toEqual(BUSINESS_EVENT_TYPES);
  expect([...generated.keys()]).toEqual(BUSINESS_EVENT_TYPES.map((type) => `${type}.schema.json`));
});

test("each type of event that is read has a sample and a fuzz target", () => {
  expect(SAMPLE_NAMES).toEqual(expect.arrayContaining([...BUSINESS_EVENT_TYPES]));
  expect(FUZZ_TARGETS.map(({ name }) => name)).toEqual(expect.arrayContaining([...BUSINESS_EVENT_TYPES]));
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

test.skipIf(baseRevisions().length === 0)("no contract breaks what was committed before", () => {
  for (const base of baseRevisions())
    expect(brokenContracts(committedFiles(base), generated, acceptedBreaks())).toEqual([]);
});

test("a break is accepted for its very words, with a reason, and for no other change", () => {
  const file = "order.v1.schema.json";
  const contractOf = (maxLength: number) => new Map([[file, JSON.stringify({ properties: { id: { maxLength } } })]]);
  const why = "Longer ids were never stored.";
  const accepted = [{ file, path: "id", change: "maxLength tightened from 64 to 32", why }];
  expect(brokenContracts(contractOf(64), contractOf(32), accepted)).toEqual([]);
  expect(brokenContracts(contractOf(64), contractOf(31), accepted)).toMatchObject([{ changes: [{ path: "id" }] }]);
  expect(brokenContracts(contractOf(64), new Map(), accepted)).toHaveLength(1);
});

test("every break that is accepted led to its contract of today", () => {
  expect(acceptedBreaks().length).toBeGreaterThan(0);
  for (const { file, change } of acceptedBreaks()) {
    const [, now = change] = /^(?:a new rule: |\w+ (?:tightened|changed) from .* to )(.*)$/.exec(change) ?? [];
    expect(generated.get(file)).toContain(now);
  }
});

describe("what contracts are compared with", () => {
  const folder = mkdtempSync(join(tmpdir(), "contracts-"));
  const url = pathToFileURL(`${folder}/`);
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.org", ...words], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
  const file = "order.v1.schema.json";
  const commit = (maxLength: number) => {
    writeFiles(new Map([[file, JSON.stringify({ properties: { id: { maxLength } } })]]), url);
    git("add", ".");
    git("commit", "--quiet", "--message", `at most ${maxLength}`);
    return git("rev-parse", "HEAD");
  };
  const broken = () =>
    baseRevisions(url).flatMap((base) => brokenContracts(committedFiles(base, url), writtenFiles(url)));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("nothing without git, then the last commit, and the one before", () => {
    expect(baseRevisions(url)).toEqual([]);
    git("init", "--quiet", "--initial-branch", "main");
    expect(baseRevisions(url)).toEqual([]);
    const first = commit(64);
    expect(baseRevisions(url)).toEqual([first]);
    const second = commit(65);
    expect(baseRevisions(url)).toEqual([second, first]);
  });

  test("a breaking change is found though the contracts were committed with it, also without an origin", () => {
    expect(broken()).toEqual([]);
    commit(32);
    expect(broken()).toMatchObject([{ file, changes: [{ path: "id" }] }]);
  });

  test("a branch is compared with where it left origin's, however many commits ago", () => {
    const left = git("rev-parse", "HEAD");
    git("update-ref", "refs/remotes/origin/main", left);
    commit(16);
    commit(17);
    expect(baseRevisions(url)).toEqual([left]);
    expect(broken()).toMatchObject([{ file, changes: [{ path: "id" }] }]);
    // What was not published may change again.
    commit(32);
    expect(broken()).toEqual([]);
  });
});

test("an object may have several rules that JSON Schema cannot say", () => {
  const order = v.object({
    total: v.string(),
    lines: v.array(v.object({ amount: v.string() })),
    subject: v.string(),
    data: v.object({ orderId: v.string() }),
  });
  const ruled = withFieldRule(withFieldRule(order, "total", expectedTotal), "subject", expectedSubject);
  expect(convert(ruled).description).toMatch(/^Beyond this schema: total .* Beyond this schema: subject /);
});

test("a rule that JSON Schema has no line for is an error, never left out", () => {
  const even = (value: number) => value % 2 === 0;
  expect(() => convert(v.object({ n: v.pipe(v.number(), v.check(even, "even")) }))).toThrow(UnpublishedRule);
  expect(() => convert(v.object({ at: v.date() }))).toThrow(UnpublishedRule);
  expect(() => convert(v.pipe(v.string(), v.transform(Number)))).toThrow(UnpublishedRule);
});
