import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import graph from "./graph.production.json" with { type: "json" };
import { viewGraph } from "./policy/graph-view.ts";
import { matches } from "./policy/iam-policy.ts";

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

describe("docs/deploy.md", () => {
  const policy: unknown = JSON.parse(/<!-- deploy\.json -->\s+```json\n([^]*?)```/.exec(read("deploy.md"))?.[1] ?? "");
  const statements: readonly { Sid: string; Action: string[]; Resource: string[]; Condition?: object }[] =
    Object(policy).Statement;
  const covered = (arn: string, stage = graph.stage) =>
    statements.some(({ Resource }) =>
      Resource.some(
        (pattern) =>
          pattern !== "*" && matches(pattern.replace("ACCOUNT", "000000000000").replace("STAGE", stage), arn),
      ),
    );

  test("counts the alarms that one pays for", () => {
    expect(read("deploy.md")).toContain(`| ${alarms.length} alarms at 0.10 `);
  });

  test("lets CI reach every resource of production", () => {
    const arns = [...JSON.stringify(graph).matchAll(/"(arn:aws:[^"]+)"/g)].map(([, arn = ""]) => arn);
    expect(arns.length).toBeGreaterThan(30);
    expect(arns.filter((arn) => !covered(arn))).toEqual([]);
    expect(covered(`arn:aws:ssm:eu-central-2:000000000000:parameter/${graph.app}/${graph.stage}/environment`)).toBe(
      true,
    );
    expect(covered(`arn:aws:cloudwatch::000000000000:dashboard/${graph.app}-${graph.stage}`)).toBe(true);
  });

  test("lets CI reach nothing of another stage, and not its own role", () => {
    expect(covered("arn:aws:s3:::doorbell-staging-uploadsbucket")).toBe(false);
    expect(covered("arn:aws:iam::000000000000:role/doorbell-deploy-production")).toBe(false);
  });

  test("lets the role of previews reach every preview, and nothing else", () => {
    const reached = (stage: string) => covered(`arn:aws:dynamodb:eu-central-2:000000000000:table/${stage}`, "pr-*");
    expect(reached("doorbell-pr-7-orderstabletable")).toBe(true);
    expect(reached("doorbell-staging-orderstabletable")).toBe(false);
    expect(covered("arn:aws:iam::000000000000:role/doorbell-deploy-preview", "pr-*")).toBe(false);
  });

  test("allows every resource only where AWS knows no other, or on a condition", () => {
    const wide = statements.filter(({ Resource, Condition }) => Resource.includes("*") && Condition === undefined);
    expect(wide.flatMap(({ Action }) => Action)).toEqual([
      "lambda:ListEventSourceMappings",
      "lambda:ListTags",
      "logs:DescribeLogGroups",
      "ssm:DescribeParameters",
      "sts:GetCallerIdentity",
    ]);
  });
});
