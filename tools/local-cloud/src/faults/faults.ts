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
  /** How often each fault has happened; undefined as long as none was asked for. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  /**
   * Has another plan decide from now on, as if it had been there from the start; none at all without one. Clocks are off in
   * execution environments that start later.
   * @throws InvalidFaultPlan
   */
  change(plan: unknown): void;
  stop(): void;
}

/** Nothing goes wrong. */
const NONE = completePlan({ seed: 0 });

/**
 * The faults of a plan, none at all without one.
 * @throws InvalidFaultPlan
 */
export function createFaults(given?: unknown): Faults {
  let current = given === undefined ? NONE : completePlan(given);
  let asked = given !== undefined;
  const plan = () => current;
  const decisions = createSeededDecisions(plan);
  const sandboxes = createSandboxes(plan, decisions);
  const notifying: FaultyBuckets[] = [];
  const preload = `--import=${new URL("clock-skew.mjs", import.meta.url).href}`;
  return {
    sandbox: (sandbox) => sandboxes.enter(sandbox),
    functions: (definitions) =>
      definitions.map((definition) => ({
        ...definition,
        // Read for each execution environment that starts.
        get environment() {
          if (current.clockSkewMs === 0) return definition.environment;
          const options = [definition.environment["NODE_OPTIONS"], preload].filter(Boolean).join(" ");
          return { ...definition.environment, NODE_OPTIONS: options };
        },
      })),
    endpoint: (inner, port) => createFaultyEndpoint({ plan, decisions, sandboxes, port, inner }),
    queues: (inner) => createFaultyQueues(inner, decisions),
    buckets(inner) {
      const buckets = createFaultyBuckets(inner, decisions);
      notifying.push(buckets);
      return buckets;
    },
    lambda: (inner) => ({
      ...inner,
      invoke: createFaultyInvoke((name, event, invocation) => inner.invoke(name, event, invocation), decisions),
    }),
    idle: () => notifying.every(({ pending }) => pending === 0),
    get counts() {
      return asked ? decisions.counts : undefined;
    },
    change(next) {
      current = next === undefined ? NONE : completePlan(next);
      asked ||= next !== undefined;
    },
    stop: () => notifying.forEach((buckets) => buckets.stop()),
  };
}
