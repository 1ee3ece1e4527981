import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import local from "./graph.json" with { type: "json" };
import production from "./graph.production.json" with { type: "json" };
import { UnknownType, deployCalls } from "./policy/deploy-calls.ts";
import { type GraphView, statementSchema, viewGraph } from "./policy/graph-view.ts";
import type { Access } from "./policy/iam-actions.ts";
import { isAllowed, matches } from "./policy/iam-policy.ts";
import { sstCalls } from "./policy/sst-calls.ts";

const account = "000000000000";
const page = readFileSync(join(import.meta.dirname, "..", "docs", "deploy.md"), "utf8");
const template = /<!-- deploy\.json -->\s+```json\n([^]*?)```/.exec(page)?.[1] ?? "";
const documentSchema = v.object({
  Statement: v.array(v.strictObject({ Sid: v.string(), ...statementSchema.entries })),
});

/** The statements of the role for `stage`, its placeholders filled in as docs/deploy.md says. */
function statementsFor(stage: string, region = production.region) {
  const document = template.replaceAll("ACCOUNT", account).replaceAll("REGION", region).replaceAll("STAGE", stage);
  return v.parse(documentSchema, JSON.parse(document)).Statement;
}

/** Pulumi and SST end names in random letters, which the graph leaves out. */
const suffix = "-abcdefgh";
const NAMED_BY_SST = /^aws:(?:sqs\/queue:|dynamodb\/table:|s3\/|iam\/role:)/;

function named(resource: GraphView["resources"][number]): GraphView["resources"][number] {
  if (!NAMED_BY_SST.test(resource.type)) return resource;
  const inputs = Object.fromEntries(
    Object.entries(resource.inputs).map(([key, value]) => [
      key,
      (key === "name" || key === "bucket") && typeof value === "string" ? `${value}${suffix}` : value,
    ]),
  );
  return { ...resource, inputs };
}

/** Every call of a deployment of `graph`, by what it is for. */
function callsOf(graph: GraphView): readonly (readonly [what: string, access: Access])[] {
  const place = { region: graph.region, account };
  return [
    ...sstCalls(place, graph.app, graph.stage).map((access) => ["SST", access] as const),
    ...graph.resources.flatMap((resource) =>
      Object.entries(deployCalls({ ...named(resource), ...place })).flatMap(([step, accesses]) =>
        accesses.map((access) => [`${step} ${resource.type} ${resource.name}`, access] as const),
      ),
    ),
  ];
}

const refused = (statements: ReturnType<typeof statementsFor>, calls: ReturnType<typeof callsOf>) =>
  calls
    .filter(([, access]) => !isAllowed(statements, access))
    .map(([what, { action, resource }]) => `${what}: ${action} on ${resource}`);

const graph = viewGraph(production);
const preview = viewGraph(JSON.parse(JSON.stringify(local).replaceAll(/(doorbell[-/])local\b/g, "$1pr-7")));

describe("the role that deploys", () => {
  test.each([
    ["production", graph],
    ["pr-*", preview],
  ])("of %s is allowed every call of a deployment, tags included", (stage, deployed) => {
    const calls = callsOf(deployed);
    expect(calls.length).toBeGreaterThan(200);
    expect(refused(statementsFor(stage, deployed.region), calls)).toEqual([]);
  });

  test.each(statementsFor("production").map(({ Sid }) => Sid))("needs its statement %s", (sid) => {
    const others = statementsFor("production").filter(({ Sid }) => Sid !== sid);
    expect(refused(others, callsOf(graph))).not.toEqual([]);
  });

  test("may do nothing that no deployment calls", () => {
    const called = new Set(callsOf(graph).map(([, { action }]) => action));
    const granted = statementsFor("production").flatMap(({ Action }) => Action);
    expect(granted.filter((pattern) => ![...called].some((action) => matches(pattern, action)))).toEqual([]);
  });

  test.each([
    ["lambda:TagResource", "create aws:lambda/eventSourceMapping:EventSourceMapping"],
    ["cloudwatch:DescribeAlarms", "read aws:cloudwatch/metricAlarm:MetricAlarm"],
    ["s3:PutObjectTagging", "SST"],
    ["iam:TagRole", "create aws:iam/role:Role"],
  ])("without %s it could not: %s", (action, what) => {
    const without = statementsFor("production").map(({ Action, ...statement }) => ({
      ...statement,
      Action: Action.filter((each) => each !== action),
    }));
    expect(refused(without, callsOf(graph)).join("\n")).toContain(what);
  });

  test("a resource of a type that is not in the table is named", () => {
    const topic = { type: "aws:sns/topicSubscription:TopicSubscription", name: "Mail", inputs: {} };
    expect(() => deployCalls({ ...topic, region: "eu-central-1", account })).toThrow(UnknownType);
    expect(() => deployCalls({ ...topic, region: "eu-central-1", account })).toThrow(/TopicSubscription "Mail"/);
  });

  test.each([
    ["production", "staging"],
    ["staging", "production"],
    ["pr-*", "production"],
    ["production", "production2"],
  ])("of %s changes nothing of %s, but the tags of its mappings", (stage, other) => {
    const elsewhere = viewGraph(
      JSON.parse(JSON.stringify(production).replaceAll(/(doorbell[-/])production\b/g, `$1${other}`)),
    );
    const changes = callsOf(elsewhere).filter(([what]) => !/^(?:SST|read) /.test(`${what} `));
    const allowed = changes.filter(([, access]) => isAllowed(statementsFor(stage), access));
    expect(new Set(allowed.map(([, { action, resource }]) => `${action} ${resource.split(":")[5]}`))).toEqual(
      new Set([
        "lambda:TagResource event-source-mapping",
        "lambda:UntagResource event-source-mapping",
        // The code of every stage lies in one bucket of SST's.
        "s3:GetObject sst-asset-abcdefghijkl/assets/Function-code.zip",
      ]),
    );
  });

  test.each(["preview", "staging", "production"])("reaches not the role of %s, itself or another", (environment) => {
    const role = `arn:aws:iam::${account}:role/doorbell-deploy-${environment}`;
    for (const stage of ["pr-*", "staging", "production"])
      for (const action of ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole"])
        expect(
          isAllowed(statementsFor(stage), {
            action,
            resource: role,
            context: { "iam:PassedToService": "lambda.amazonaws.com" },
          }),
        ).toBe(false);
  });

  test("passes roles to Lambda alone", () => {
    const role = `arn:aws:iam::${account}:role/doorbell-production-OrderQueueRole`;
    const pass = (service: string) => ({
      action: "iam:PassRole",
      resource: role,
      context: { "iam:PassedToService": service },
    });
    expect(isAllowed(statementsFor("production"), pass("lambda.amazonaws.com"))).toBe(true);
    expect(isAllowed(statementsFor("production"), pass("ec2.amazonaws.com"))).toBe(false);
  });

  test("reaches every resource only where AWS knows no other, or on a condition", () => {
    const wide = statementsFor("production").filter(
      ({ Resource, Condition }) => Resource.includes("*") && Condition === undefined,
    );
    expect(wide.flatMap(({ Action }) => Action)).toEqual([
      "logs:DescribeLogGroups",
      "ssm:DescribeParameters",
      "sts:GetCallerIdentity",
    ]);
  });
});
