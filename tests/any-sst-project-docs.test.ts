import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { HARMLESS, RUN, SUPPORT, supportOf } from "@doorbell/local-cloud/graph/resource-support";
import { expect, it } from "vitest";
import { root } from "./support/running-cloud.ts";

const page = readFileSync(join(root, "docs/any-sst-project.md"), "utf8");
const support = (type: string) => supportOf({ type: `${type}:Any`, name: "any", inputs: {} });

/** The text of a section from `start` to `end`. */
function between(start: string, end: string): string {
  const [, rest = ""] = page.split(start);
  return rest.split(end)[0] ?? "";
}
/** Types of resources; `aws:s3/…` stands for one that has no row of its own. */
const typesIn = (text: string) =>
  [...text.matchAll(/`(aws:[a-z0-9]+\/(?:[A-Za-z0-9]+|…))`/g)].map(([, type = ""]) => type.replace("…", "someOther"));

it("names every type of resource that is run, and no other as run", () => {
  const named = typesIn(between("These types run:", "These can be left out"));
  expect(named.filter((type) => support(type) !== RUN)).toEqual([]);
  const patterns = SUPPORT.filter(([, meaning]) => meaning === RUN).map(([pattern]) => pattern);
  // A pattern is named whole: none of its alternatives is missing.
  const alternatives = patterns.flatMap(({ source }) => {
    const [, service = "", kinds = ""] = /^\^aws:([a-z0-9]+)\\\/(.*):$/.exec(source) ?? [];
    return expanded(kinds).map((kind) => `aws:${service}/${kind}`);
  });
  expect(alternatives.filter((type) => !type.endsWith("V2") && !named.includes(type))).toEqual([]);
});

it("names only what can be left out unnoticed as such", () => {
  const named = typesIn(between("These can be left out", "Everything else"));
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((type) => support(type) !== HARMLESS)).toEqual([]);
});

it("says of everything else what the boot says", () => {
  const rows = [...between("| resources | at boot |\n| --- | --- |\n", "\n\n").matchAll(/^\| (.+) \| (.+) \|$/gm)];
  const meanings = SUPPORT.map(([, meaning]) => meaning).filter((meaning) => meaning !== RUN && meaning !== HARMLESS);
  expect(new Set(rows.map(([, , meaning]) => meaning))).toEqual(new Set([...meanings, "no WebSocket is accepted"]));
  const wrong = rows.flatMap(([, types = "", meaning]) =>
    types.includes("WebSocket") ? [] : typesIn(types).filter((type) => support(type) !== meaning),
  );
  expect(wrong).toEqual([]);
});

it("has fewer than 200 lines, and an example for each component", () => {
  expect(page.split("\n").length).toBeLessThan(200);
  const listed = readFileSync(join(root, "examples/README.md"), "utf8");
  const folders = readdirSync(join(root, "examples"), { withFileTypes: true }).filter((each) => each.isDirectory());
  expect(folders.filter(({ name }) => !listed.includes(`[${name}](${name}/)`)).map(({ name }) => name)).toEqual([]);
});

/** `a(?:b|c)` → `ab`, `ac`. */
function expanded(pattern: string): readonly string[] {
  const [, before = "", inner, after = ""] = /^([^()]*)\(\?:((?:[^()]|\(\?:[^()]*\))*)\)\??(.*)$/.exec(pattern) ?? [];
  if (inner === undefined) return [pattern];
  const options = inner.split(/\|(?![^(]*\))/);
  return options.flatMap((option) => expanded(before + option.replace(/\(\?:V2\)\?/, "") + after));
}
