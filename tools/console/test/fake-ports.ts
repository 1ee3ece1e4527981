import type { FinishedInvocation } from "@doorbell/local-cloud/lambda/finished-invocation";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import type { LogEntry } from "@doorbell/local-cloud/lambda/logs/log-book";
import type { CloudStatus } from "@doorbell/local-cloud/start-local-cloud";
import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import type { ConsoleCloud, ConsolePorts } from "../src/console-ports.ts";
import type { FailureRow, RedriveResult } from "../src/protocol.ts";

const account = "eu-central-2:000000000000";

/** A bucket that calls a function, which writes to a queue that calls another one, whose failures end in a queue. */
export function testGraph(): Graph {
  const named = (name: string) => ({ type: "sst.aws.Function", name });
  return readGraph({
    app: "test",
    stage: "local",
    region: "eu-central-2",
    components: [],
    resources: [
      {
        type: "aws:s3/bucketV2:BucketV2",
        name: "FilesBucket",
        component: { type: "sst.aws.Bucket", name: "Files" },
        inputs: { bucket: "files" },
      },
      {
        type: "aws:sqs/queue:Queue",
        name: "JobsQueue",
        component: { type: "sst.aws.Queue", name: "Jobs" },
        inputs: {
          name: "jobs",
          redrivePolicy: JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:${account}:jobs-dlq`, maxReceiveCount: 3 }),
        },
      },
      {
        type: "aws:sqs/queue:Queue",
        name: "JobsDlqQueue",
        component: { type: "sst.aws.Queue", name: "JobsDlq" },
        inputs: { name: "jobs-dlq" },
      },
      ...["reader", "worker"].map((name) => ({
        type: "aws:lambda/function:Function",
        name: `${name}Function`,
        component: named(name),
        code: { handler: `${name}.handler`, runtime: "nodejs24.x", options: {}, copyFiles: [], links: {} },
        inputs: {
          name,
          handler: `${name}.handler`,
          runtime: "nodejs24.x",
          environment: {
            variables: name === "reader" ? { JOBS: `https://sqs.eu-central-2.amazonaws.com/000000000000/jobs` } : {},
          },
        },
      })),
      {
        type: "aws:lambda/eventSourceMapping:EventSourceMapping",
        name: "WorkerMapping",
        inputs: { eventSourceArn: `arn:aws:sqs:${account}:jobs`, functionName: "worker", batchSize: 10 },
      },
      {
        type: "aws:s3/bucketNotification:BucketNotification",
        name: "FilesNotification",
        inputs: {
          bucket: "files",
          lambdaFunctions: [
            { id: "n", lambdaFunctionArn: `arn:aws:lambda:${account}:function:reader`, events: ["s3:ObjectCreated:*"] },
          ],
        },
      },
    ],
  });
}

/** A console's surroundings in memory, and what it did to them. */
export interface FakePorts {
  readonly ports: ConsolePorts;
  finish(over?: Partial<FinishedInvocation>): void;
  readonly invoked: { name: string; event: string; wait: boolean }[];
  readonly plans: unknown[];
  readonly redriven: { ids: readonly string[]; edited: string | undefined }[];
  readonly failures: FailureRow[];
  readonly lines: LogEntry[];
  /** Called for each failure that is sent back; the redrive waits for what it returns. */
  onSend: (id: string) => Promise<RedriveResult>;
}

/** Surroundings in which nothing has happened yet. */
export function fakePorts(): FakePorts {
  const listeners = new Set<(finished: FinishedInvocation) => void>();
  const graph = testGraph();
  let number = 0;
  const status: CloudStatus = {
    endpoint: "http://127.0.0.1:1",
    region: graph.region,
    queues: graph.queues.map(({ name, arn }) => ({
      name,
      arn,
      visible: 2,
      inFlight: 1,
      delayed: 0,
      oldestAgeMs: 5_000,
    })),
    topics: [],
    buses: [],
    schedules: [],
    functions: graph.functions.map(({ name }) => ({
      function: name,
      invocations: 0,
      errors: 0,
      throttles: 0,
      environments: 1,
      running: 0,
      asyncQueued: 0,
    })),
    mappings: [],
    web: [],
    metrics: [],
  };
  const fake: Omit<FakePorts, "ports" | "finish"> = {
    invoked: [],
    plans: [],
    redriven: [],
    failures: [],
    lines: [],
    onSend: (id) => Promise.resolve({ id, result: "sent" }),
  };
  const result = { requestId: "r", payload: '"done"', logTail: "", durationMs: 1, billedMs: 1 };
  const lambda: ConsoleCloud["lambda"] = {
    invoke(name, event) {
      fake.invoked.push({ name, event, wait: true });
      return Promise.resolve(result);
    },
    invokeAsync(name, event) {
      fake.invoked.push({ name, event, wait: false });
      return { requestId: "r" };
    },
    logEntries: () => fake.lines,
    onInvocation(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const ports: ConsolePorts = {
    cloud: {
      endpoint: status.endpoint,
      graph,
      lambda,
      status: () => Promise.resolve(status),
      faults: (plan) => void fake.plans.push(plan),
    },
    timeScale: 1,
    failures: {
      list: () => Promise.resolve(fake.failures),
      show(id) {
        const failure = fake.failures.find((each) => each.id === id);
        return Promise.resolve(failure && { failure, content: `{"of":"${id}"}` });
      },
      async redrive(ids, { edited, signal, onResult }) {
        fake.redriven.push({ ids, edited });
        for (const id of ids) {
          if (signal.aborted) return;
          onResult(await fake.onSend(id));
        }
      },
    },
    stories: {
      noun: () => Promise.resolve("ticket"),
      tell: (id) =>
        Promise.resolve(
          id === "known"
            ? {
                summary: ["It is there."],
                steps: [
                  { at: "2026-01-01T00:00:00Z", service: "worker", kind: "logged", says: "hello", requestId: "r-1" },
                ],
                records: [],
              }
            : undefined,
        ),
    },
    senders: {
      async putObject({ bucket, key, body }) {
        let bytes = 0;
        for await (const chunk of body) bytes += Buffer.from(chunk).length;
        return { bucket, key, eTag: String(bytes) };
      },
      follow: () => Promise.resolve(undefined),
      sendMessage: () => Promise.resolve({ messageId: "m" }),
      samples: () => Promise.resolve(["sqs"]),
      sample: (name) => Promise.resolve({ name }),
    },
  };
  return Object.assign(fake, {
    ports,
    finish(over: Partial<FinishedInvocation> = {}) {
      number += 1;
      for (const listener of listeners)
        listener({
          requestId: `r-${number}`,
          functionName: "worker",
          source: { kind: "sqs", name: `arn:aws:sqs:${account}:jobs`, records: 2 },
          attempt: 1,
          startedAt: Date.now(),
          durationMs: 5,
          outcome: "answered",
          event: `{"number":${number}}`,
          answer: "null",
          log: { stream: "s", from: number * 10, to: number * 10 + 5 },
          ...over,
        });
    },
  });
}
