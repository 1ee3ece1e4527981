import { stageKind } from "../stage.ts";
import type { GraphView } from "./graph-view.ts";
import type { Rule } from "./rule.ts";

const KEPT = /^aws:(?:dynamodb\/table:Table|s3\/bucket:Bucket)$/;

/** Inputs that name a resource on AWS, or point at one of this account. */
const NAMING = new Set(["name", "bucket", "dashboardName"]);
const POINTER = /^arn:aws:(?!iam::aws:)|^https:\/\/sqs\.|^\/aws\/lambda\//;

/** Every text in `value` that names a resource of the stage, or points at one. */
function resourceNames(value: unknown, isName = false): readonly string[] {
  if (typeof value === "string") return isName || POINTER.test(value) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner) => resourceNames(inner));
}

function namesOf(inputs: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(inputs).flatMap(([key, value]) => resourceNames(value, NAMING.has(key)));
}

const dataOf = (graph: GraphView) => graph.resources.filter(({ type }) => KEPT.test(type));

/** What has to hold of every stage, so that none touches another's data. */
export const stageRules: readonly Rule[] = [
  {
    name: "every resource has the stage in its name, and reaches those of its own stage alone",
    violations: (graph) => {
      const own = new RegExp(`${graph.app}([-/])${graph.stage}(?:\\1|$)`);
      return graph.resources
        .filter(({ inputs }) => namesOf(inputs).some((name) => !own.test(name)))
        .map(({ name }) => name);
    },
  },
  {
    name: "a stage either keeps its data for good, or can be removed without a trace",
    violations: (graph) => {
      const tables = graph.all("aws:dynamodb/table:Table");
      const buckets = graph.all("aws:s3/bucket:Bucket");
      return [
        ...tables.filter((it) => it.deletionProtectionEnabled !== graph.protect).map(({ name }) => name),
        ...buckets.filter((it) => it.forceDestroy === graph.protect).map(({ bucket }) => bucket),
        ...dataOf(graph)
          .filter((it) => it.retainOnDelete !== graph.protect)
          .map(({ name }) => name),
        ...(graph.removal === (graph.protect ? "retain" : "remove") ? [] : [graph.stage]),
      ];
    },
  },
  {
    name: "a permanent stage is protected, and no other is",
    violations: ({ stage, protect }) => (protect === (stageKind(stage) === "permanent") ? [] : [stage]),
  },
];
