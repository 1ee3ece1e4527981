import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Queues } from "../src/emulators/queues.ts";
import type { TopicMessage } from "../src/emulators/topics.ts";
import type { FunctionDefinition } from "../src/graph/graph.ts";
import type { LambdaServiceOptions } from "../src/lambda/lambda-options.ts";
import { createLambdaService, type LambdaService } from "../src/lambda/lambda-service.ts";
import { openState } from "../src/state.ts";

/** A definition with Lambda's defaults whose handler is `<name>.ts` in the root. */
export function functionNamed(name: string, overrides: Partial<FunctionDefinition> = {}): FunctionDefinition {
  const { handler = `${name}.handler` } = overrides;
  return {
    name,
    component: name,
    arn: `arn:aws:lambda:eu-central-2:000000000000:function:${name}`,
    handler,
    code: { handler, options: {}, copyFiles: [] },
    runtime: "nodejs24.x",
    architecture: "arm64",
    timeoutSeconds: 3,
    memoryMb: 256,
    environment: {},
    logFormat: "Text",
    ...overrides,
  };
}

/** A Lambda service on handlers written to a temporary folder, and what its destinations received. */
export interface LambdaFixture {
  readonly root: string;
  readonly lambda: LambdaService;
  readonly sent: ({ queueArn: string } & Parameters<Queues["send"]>[1])[];
  readonly published: ({ topicArn: string } & TopicMessage)[];
  readonly put: ({ busName: string } & Parameters<LambdaServiceOptions["buses"]["put"]>[1])[];
  readonly written: { bucket: string; key: string; body: string }[];
  stop(): Promise<void>;
}

/** Starts a service on `sources` (handler module by name); what it opened itself is closed and removed in `stop`. */
export async function startLambda(
  sources: Readonly<Record<string, string>>,
  functions: readonly FunctionDefinition[],
  overrides: Partial<LambdaServiceOptions> = {},
): Promise<LambdaFixture> {
  const root = overrides.root ?? mkdtempSync(join(tmpdir(), "doorbell-lambda-"));
  for (const [name, source] of Object.entries(sources)) {
    const path = join(root, `${name}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
  }
  const sent: LambdaFixture["sent"] = [];
  const published: LambdaFixture["published"] = [];
  const put: LambdaFixture["put"] = [];
  const written: LambdaFixture["written"] = [];
  const state = overrides.state ?? openState(undefined);
  const clear = (): void => {
    if (overrides.state === undefined) state.close();
    if (overrides.root === undefined) rmSync(root, { recursive: true, force: true });
  };
  const lambda = await createLambdaService({
    functions,
    root,
    cacheDir: join(root, "cache"),
    environment: () => ({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" }),
    queues: { send: (queueArn, message) => sent.push({ queueArn, ...message }) },
    topics: {
      publish(topicArn, message) {
        published.push({ topicArn, ...message });
        return randomUUID();
      },
    },
    buses: {
      put(busName, event) {
        put.push({ busName, ...event });
        return randomUUID();
      },
    },
    buckets: { put: (bucket, key, body) => written.push({ bucket, key, body }) },
    timeScale: 1,
    ...overrides,
    state,
  }).catch((error: unknown) => {
    clear();
    throw error;
  });
  return {
    root,
    lambda,
    sent,
    published,
    put,
    written,
    async stop() {
      await lambda.stop();
      clear();
    },
  };
}

/** Whether a process runs; one that has ended and waits to be collected by its parent counts as ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return process.platform !== "linux";
  }
}

/** Waits until `holds` does, looking every few milliseconds; throws after `limitMs`. */
export async function until(holds: () => boolean, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
