import type { Buckets } from "../emulators/buckets.ts";
import type { Queues } from "../emulators/queues.ts";
import type { Handler } from "../endpoint/front-server.ts";
import type { FunctionDefinition } from "../graph/graph.ts";
import type { LambdaService } from "../lambda/lambda-service.ts";
import { createSeededDecisions } from "./seeded-decisions.ts";
import { completePlan } from "./fault-plan.ts";
import { createFaultyBuckets, type FaultyBuckets } from "./faulty-buckets.ts";
import { createFaultyEndpoint } from "./faulty-endpoint.ts";
import { createFaultyInvoke } from "./faulty-lambda.ts";
import { createFaultyQueues } from "./faulty-queues.ts";
import { createSandboxes, type Sandbox } from "./sandboxes.ts";

/** Faults on demand, put between the parts of a local cloud. Clients outside it see none of them. */
export interface Faults {
  /** Variables of a new execution environment. */
  sandbox(sandbox: Sandbox): Readonly<Record<string, string>>;
  /** The functions, with their clocks off. */
  functions(definitions: readonly FunctionDefinition[]): FunctionDefinition[];
  endpoint(inner: Handler, port: number): Handler;
  queues(inner: Queues): Queues;
  buckets(inner: Buckets): Buckets;
  lambda(inner: LambdaService): LambdaService;
  /** False while a second notification is still to come. */
  idle(): boolean;
  /** How often each fault has happened. */
  readonly counts: Readonly<Record<string, number>>;
  stop(): void;
}

/**
 * The faults of a plan.
 * @throws InvalidFaultPlan
 */
export function createFaults(given: unknown): Faults {
  const plan = completePlan(given);
  const decisions = createSeededDecisions(plan);
  const sandboxes = createSandboxes(plan, decisions);
  const notifying: FaultyBuckets[] = [];
  const preload = `--import=${new URL("clock-skew.mjs", import.meta.url).href}`;
  return {
    sandbox: (sandbox) => sandboxes.enter(sandbox),
    functions: (definitions) =>
      plan.clockSkewMs === 0
        ? [...definitions]
        : definitions.map((definition) => {
            const options = [definition.environment["NODE_OPTIONS"], preload].filter(Boolean).join(" ");
            return { ...definition, environment: { ...definition.environment, NODE_OPTIONS: options } };
          }),
    endpoint: (inner, port) => createFaultyEndpoint({ plan, decisions, sandboxes, port, inner }),
    queues: (inner) => createFaultyQueues(inner, decisions),
    buckets(inner) {
      const buckets = createFaultyBuckets(inner, decisions);
      notifying.push(buckets);
      return buckets;
    },
    lambda: (inner) => ({
      ...inner,
      invoke: createFaultyInvoke((name, payload) => inner.invoke(name, payload), decisions),
    }),
    idle: () => notifying.every(({ pending }) => pending === 0),
    counts: decisions.counts,
    stop: () => notifying.forEach((buckets) => buckets.stop()),
  };
}
