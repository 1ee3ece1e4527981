import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommittedGraph, renderGraph } from "@doorbell/sst-graph/committed-graph";
import type { InputDigests } from "@doorbell/sst-graph/input-digests";
import { expect, test } from "vitest";
import local from "./graph.json" with { type: "json" };
import production from "./graph.production.json" with { type: "json" };

/** What a team does in its own file: other permissions, one more queue with its alarm and its name. */
interface Change {
  readonly file: string;
  readonly service: string;
  readonly role: string;
  readonly queue: string;
}
const orders: Change = {
  file: "infra/orders.ts",
  service: "order-queue",
  role: "OrderQueueRole",
  queue: "OrdersRetried",
};
const uploads: Change = {
  file: "infra/uploads.ts",
  service: "upload-ingest",
  role: "UploadIngestRole",
  queue: "UploadReceipts",
};

interface Committed extends CommittedGraph {
  readonly inputs: InputDigests;
}

/** The text of the graph after the changes, as `graph:write` would give it. */
function written(graph: Committed, ...changes: readonly Change[]): string {
  let { inputs, resources } = graph;
  for (const { file, service, role, queue } of changes) {
    const name = `${graph.app}-${graph.stage}-${queue}Queue`;
    const alarm = `${service}-${queue.toLowerCase()}`;
    inputs = { ...inputs, [file]: { sha256: "0".repeat(64) } };
    resources = [
      ...resources.map((resource) => {
        const replaced = (from: RegExp, to: string) => {
          const text = JSON.stringify(resource.inputs);
          expect(text, resource.name).toMatch(from);
          return { ...resource, inputs: JSON.parse(text.replace(from, to)) };
        };
        if (resource.name === role) return replaced(/"dynamodb:PartiQLUpdate",/, '$&"dynamodb:PartiQLSelect",');
        if (resource.name === "Dashboard")
          return replaced(
            new RegExp(`"(arn:aws:cloudwatch:[^"]*:alarm:${graph.app}-${graph.stage}-)(${service})-errors",`),
            `$&"$1${alarm}",`,
          );
        if (resource.name === "Environment") return replaced(/"insecureValue":\{/, `$&"${queue}_URL":"${name}",`);
        return resource;
      }),
      { type: "aws:sqs/queue:Queue", name: `${queue}Queue`, inputs: { name } },
      ...(graph.protect
        ? [{ type: "aws:cloudwatch/metricAlarm:MetricAlarm", name: alarm, inputs: { name: alarm } }]
        : []),
    ].toSorted((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
  }
  return renderGraph({ ...graph, resources }, inputs, "/");
}

const graphs: readonly Committed[] = [
  { ...local, removal: "remove", resources: local.resources.map(({ type, name, inputs }) => ({ type, name, inputs })) },
  {
    ...production,
    removal: "retain",
    resources: production.resources.map(({ type, name, inputs }) => ({ type, name, inputs })),
  },
];

test.each(graphs)(
  "two teams that each change their own file merge without a conflict in the graph of $stage",
  (graph) => {
    const folder = mkdtempSync(join(tmpdir(), "graph-merge-"));
    const file = join(folder, "graph.json");
    const settings = [
      "user.name=Test",
      "user.email=test@example.com",
      "commit.gpgsign=false",
      "core.hooksPath=/dev/null",
    ];
    const git = (...words: readonly string[]) =>
      execFileSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...words], {
        cwd: folder,
        stdio: "pipe",
      });
    const commit = (text: string) => {
      writeFileSync(file, text);
      git("add", ".");
      git("commit", "-qm", "change");
    };
    try {
      git("init", "-q", "-b", "main");
      commit(written(graph));
      git("checkout", "-qb", "orders");
      commit(written(graph, orders));
      git("checkout", "-q", "main");
      commit(written(graph, uploads));
      git("merge", "-q", "--no-edit", "orders");
      expect(readFileSync(file, "utf8")).toBe(written(graph, orders, uploads));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
