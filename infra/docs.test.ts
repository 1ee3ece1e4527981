import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import graph from "./graph.production.json" with { type: "json" };
import { viewGraph } from "./policy/graph-view.ts";

const read = (name: string) => readFileSync(join(import.meta.dirname, "..", "docs", name), "utf8");
const prefix = `${graph.app}-${graph.stage}-`;
const alarms = viewGraph(graph).all("aws:cloudwatch/metricAlarm:MetricAlarm");

describe("docs/operations.md", () => {
  const section =
    read("operations.md")
      .split(/^## /m)
      .find((text) => text.startsWith("Alarms\n")) ?? "";
  const entries = new Map(
    section
      .split(/^### /m)
      .slice(1)
      .map((entry) => entry.split(/\n+/))
      .map(([name = "", ...lines]) => [name, lines.filter((line) => line !== "")]),
  );

  test("has an entry for every alarm, and for nothing else", () => {
    expect([...entries.keys()].toSorted()).toEqual(alarms.map(({ name }) => name.replace(prefix, "")).toSorted());
  });

  test("says in one line at least what to do", () => {
    for (const [name, lines] of entries) expect(lines[0]?.length, name).toBeGreaterThan(40);
  });

  test.each(alarms)("is linked by $name", ({ name, alarmDescription }) => {
    expect(alarmDescription.endsWith(` docs/operations.md#${name.replace(prefix, "")}`)).toBe(true);
  });
});

test("docs/deploy.md counts the alarms that one pays for", () => {
  expect(read("deploy.md")).toContain(`| ${alarms.length} alarms at 0.10 `);
});
