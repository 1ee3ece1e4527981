import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import graph from "./graph.production.json" with { type: "json" };
import { viewGraph } from "./policy/graph-view.ts";
import { services } from "./services.ts";

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

  /** An alarm is `<service>-<kind>`; what to do about it stands under its kind. */
  const kindOf = (name: string) => {
    const service = services.find((each) => name.startsWith(`${prefix}${each.name}-`));
    return service === undefined ? name : name.slice(`${prefix}${service.name}-`.length);
  };

  test("has an entry for every kind of alarm, and for nothing else", () => {
    const kinds = new Set(alarms.map(({ name }) => kindOf(name)));
    expect([...entries.keys()].toSorted()).toEqual([...kinds].toSorted());
  });

  test("says in one line at least what to do", () => {
    for (const [name, lines] of entries) expect(lines[0]?.length, name).toBeGreaterThan(40);
  });

  test.each(alarms)("is linked by $name", ({ name, alarmDescription }) => {
    expect(alarmDescription.endsWith(` docs/operations.md#${kindOf(name)}`)).toBe(true);
  });
});

test("docs/deploy.md counts the metrics of alarms that one pays for", () => {
  const [, named = "", metrics = "", total = ""] =
    /\| (\d+) alarms of the three services on (\d+) metrics at 0\.10[^|]*\|[^|]*\| ([\d.]+) \|/.exec(
      read("deploy.md"),
    ) ?? [];
  const ofThree = alarms.filter(({ name }) => /-(?:upload-ingest|order-queue|change-audit)-/.test(name));
  const watched = ofThree.reduce(
    (sum, { metricQueries }) => sum + Math.max(1, metricQueries.filter(({ metric }) => metric).length),
    0,
  );
  expect({ named, metrics, total }).toEqual({
    named: String(ofThree.length),
    metrics: String(watched),
    total: (watched / 10).toFixed(2),
  });
});
