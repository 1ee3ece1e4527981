import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import graph from "./graph.json" with { type: "json" };
import { invokeConfigs, queueMappings, streamMappings } from "./policy/delivery-rules.ts";
import { nameIn, viewGraph } from "./policy/graph-view.ts";
import { type EventSource, services } from "./services.ts";

const root = join(import.meta.dirname, "..");
const view = viewGraph(graph);
const prefix = `${graph.app}-${graph.stage}-`;

/** What the graph has of a function: its event source, and where its failures end, by the physical names. */
function found(functionName: string): { eventSource: EventSource; answers: string; failures: string } | undefined {
  const own = (mapping: { functionName: string }) => nameIn(mapping.functionName) === functionName;
  const queue = queueMappings(view).find(own);
  if (queue) {
    const { name, redrivePolicy } = named("aws:sqs/queue:Queue", nameIn(queue.eventSourceArn));
    const eventSource = name.endsWith(".fifo") ? "FIFO queue" : "queue";
    return { eventSource, answers: name, failures: nameIn(redrivePolicy?.deadLetterTargetArn ?? "") };
  }
  const stream = streamMappings(view).find(own);
  if (stream) {
    const failures = nameIn(stream.destinationConfig?.onFailure?.destinationArn ?? "");
    return { eventSource: "table stream", answers: nameIn(stream.eventSourceArn), failures };
  }
  const notification = view
    .all("aws:s3/bucketNotification:BucketNotification")
    .find(({ lambdaFunctions }) => lambdaFunctions.some((it) => nameIn(it.lambdaFunctionArn) === functionName));
  if (!notification) return undefined;
  const failures = nameIn(invokeConfigs(view).find(own)?.destinationConfig?.onFailure?.destination ?? "");
  return { eventSource: "bucket", answers: notification.bucket, failures };
}

function named(type: "aws:sqs/queue:Queue", name: string) {
  const queue = view.all(type).find((it) => it.name === name);
  if (queue === undefined) throw new Error(`the graph has no queue ${name}`);
  return queue;
}

/** `Orders`, a queue → `doorbell-local-OrdersQueue`; SST writes the names of buckets in small letters. */
function physicalNames(component: string): readonly string[] {
  const queue = `${prefix}${component}Queue`;
  return [queue, `${queue}.fifo`, `${prefix}${component}Table`, `${prefix}${component}Bucket`.toLowerCase()];
}

test("the list is sorted, and each name is on it once", () => {
  const names = services.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].toSorted());
});

test("every function of the graph and every app is on the list, and nothing else is", () => {
  const names = services.map(({ name }) => name);
  const functions = view.all("aws:lambda/function:Function").map(({ name }) => name.replace(prefix, ""));
  expect(functions.toSorted()).toEqual(names);
  expect(readdirSync(join(root, "apps")).toSorted()).toEqual(names);
});

describe.each(services)("$name", ({ name, file, eventSource, answers, failures }) => {
  test("answers what the list says, and its failures end where it says", () => {
    const actual = found(`${prefix}${name}`);
    expect(actual?.eventSource).toBe(eventSource);
    expect(physicalNames(answers)).toContain(actual?.answers);
    expect(physicalNames(failures)).toContain(actual?.failures);
  });

  test("is made in its file, with a name for each thing that it has", () => {
    expect(existsSync(join(import.meta.dirname, file))).toBe(true);
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    expect(text).toMatch(new RegExp(`Service\\("${name}", \\{`));
    expect(readFileSync(join(import.meta.dirname, "names.ts"), "utf8")).toContain(`from "./${file}"`);
  });
});
