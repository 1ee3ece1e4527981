import { existsSync } from "node:fs";
import { join } from "node:path";
import { committedStages, graphFile } from "@doorbell/sst-graph/graph-file";
import { changedInputs, inputDigests } from "@doorbell/sst-graph/input-digests";
import { expect, test } from "vitest";
import local from "./graph.json" with { type: "json" };
import production from "./graph.production.json" with { type: "json" };
import { viewGraph } from "./policy/graph-view.ts";
import { settingsOf, type StageSettings } from "./stage.ts";

const root = join(import.meta.dirname, "..");
const graphs = [local, production];

test.each(graphs)(
  "the graph of $stage was written from sst.config.ts and infra/ as they are; if this fails, run 'npm run graph:write' and review it",
  async ({ inputs }) => {
    expect(changedInputs(inputs, await inputDigests(root))).toEqual([]);
  },
);

test("every committed graph is tested here", async () => {
  expect(graphs.map(({ stage }) => stage)).toEqual(await committedStages(root));
  expect(graphs.map(({ stage }) => existsSync(join(root, graphFile(stage))))).toEqual([true, true]);
});

test("every function's handler is a file of the repository", () => {
  const files = viewGraph(local)
    .all("aws:lambda/function:Function")
    .map(({ handler }) => handler.replace(/\.[^.]+$/, ".ts"));
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

/** `path: before → after` for everything in which production is not simply the local stage by another name. */
function differences(before: unknown, after: unknown, path = ""): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isObject(before) || !isObject(after)) return [`${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(Reflect.get(before, key), Reflect.get(after, key), path === "" ? key : `${path}.${key}`),
  );
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Resources by type and name, stage and region taken out of every name; SST puts a hash of the function's ARN into that of a queue's mapping. */
function comparable(graph: typeof local | typeof production): unknown {
  const neutral: unknown = JSON.parse(
    JSON.stringify(graph.resources)
      .replaceAll(new RegExp(`doorbell[-/]${graph.stage}`, "g"), "doorbell")
      .replaceAll(graph.region, "region")
      .replaceAll(/Subscriber[A-Z][a-z]{5}(?=Event|")/g, "Subscriber"),
  );
  return Object.fromEntries(
    (Array.isArray(neutral) ? neutral : []).map(({ type, name, ...resource }) => [
      `${type.split(":").at(-1)} ${name}`,
      resource,
    ]),
  );
}

const warmThroughput = (writes: number | undefined) =>
  writes === undefined ? undefined : { readUnitsPerSecond: 12_000, writeUnitsPerSecond: writes };

test("what production has beyond the others is that it keeps its data, is watched, and is sized as its settings say", () => {
  const watching = /^(?:MetricAlarm|LogMetricFilter|Dashboard|Topic) /;
  const [small, large] = [local, production].map(({ stage }) => settingsOf(stage));
  /** `path: before → after` of a setting, where it differs. */
  const setting = (path: string, of: (settings: StageSettings | undefined) => unknown) =>
    differences(of(small), of(large), path);
  const expected = local.resources.flatMap(({ type, name, inputs }) => {
    const kept = `${type.split(":").at(-1)} ${name}.retainOnDelete: undefined → true`;
    const writes = (it: StageSettings | undefined) => it?.tableWrites[name.startsWith("Orders") ? "orders" : "audit"];
    const table = [`Table ${name}.inputs.deletionProtectionEnabled: false → true`, kept];
    if (/^(?:Orders|Audit)Table/.test(name) && type.endsWith(":Table"))
      return [
        ...table,
        ...setting(`Table ${name}.inputs.onDemandThroughput.maxWriteRequestUnits`, (it) => writes(it)?.maximum),
        ...setting(`Table ${name}.inputs.warmThroughput`, (it) => warmThroughput(writes(it)?.warm)),
      ];
    if (type.endsWith(":Table")) return table;
    if (type.endsWith(":Function"))
      return [
        ...(/^(?:OrderQueue|ChangeAudit)/.test(name)
          ? setting(`Function ${name}.inputs.environment.variables.LOG_SAMPLE_RATE`, (it) => `${it?.logSampleRate}`)
          : []),
        ...(name.startsWith("UploadIngest")
          ? setting(`Function ${name}.inputs.reservedConcurrentExecutions`, (it) => it?.uploadConcurrency)
          : []),
        ...setting(`Function ${name}.inputs.loggingConfig.systemLogLevel`, (it) => it?.systemLogLevel),
      ];
    if (type.endsWith(":EventSourceMapping") && "scalingConfig" in inputs && name.startsWith("OrdersSubscriber"))
      return setting(
        `EventSourceMapping ${name.replace(/(?<=Subscriber)[A-Z][a-z]{5}(?=Event)/, "")}.inputs.scalingConfig`,
        (it) => it?.orderQueueScaling,
      );
    if (type.endsWith(":Bucket")) return [`Bucket ${name}.inputs.forceDestroy: true → false`, kept];
    if (type.endsWith(":EventSourceMapping") && "destinationConfig" in inputs)
      return [`EventSourceMapping ${name}.inputs.metricsConfig: undefined → {"metrics":["EventCount"]}`];
    return [];
  });
  expect(expected).not.toEqual([]);
  expect(
    differences(comparable(local), comparable(production))
      .filter((line) => !watching.test(line))
      .toSorted(),
  ).toEqual(expected.toSorted());
});
