import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { bundleConfig } from "./bundle-config.ts";
import { EvaluationError, enterComponent, evaluationError } from "./evaluation-error.ts";
import { type Place, type Registration, createResource, lookUp } from "./mock-cloud.ts";
import { startRpcServer } from "./rpc-server.ts";
import { stableName } from "./stable-name.ts";

const appSchema = v.looseObject({
  name: v.string(),
  removal: v.optional(v.picklist(["remove", "retain", "retain-all"]), "retain"),
  protect: v.optional(v.boolean(), false),
  providers: v.object({ aws: v.looseObject({ region: v.string() }) }),
});

type Callable = (...args: readonly unknown[]) => unknown;
const callable = v.custom<Callable>((value) => typeof value === "function");

/** What the bundle exports; of Pulumi only the runtime, driven as its unit tests of programs drive it. */
const bundleSchema = v.object({
  config: v.object({ app: callable, run: callable }),
  run: callable,
  leakedPromises: callable,
  pulumi: v.object({
    runtime: v.object({
      setMocks: callable,
      runInPulumiStack: callable,
      registerStackTransformation: callable,
      disconnect: callable,
    }),
  }),
});

/** Pulumi's open promises, and its message about them. */
const leakSchema = v.looseTuple([v.instance(Set)]);

/** A resource or component that is about to be made, as Pulumi hands it to a transformation. */
interface Construction {
  readonly type: string;
  readonly name: string;
  readonly opts: { readonly parent?: unknown; readonly retainOnDelete?: boolean };
}

/** What to evaluate, and for which stage and account. */
export interface EvaluateOptions {
  /** The folder of `sst.config.ts`, with the SST platform in `.sst/platform`. */
  readonly root: string;
  readonly stage: string;
  readonly account: string;
}

/** What the configuration registers, in no particular order. */
export interface Evaluation {
  readonly app: string;
  /** What becomes of resources that leave the configuration. */
  readonly removal: "remove" | "retain" | "retain-all";
  /** Whether the stage refuses to be removed. */
  readonly protect: boolean;
  readonly region: string;
  readonly registrations: readonly Registration[];
}

/**
 * Runs `sst.config.ts` through SST's own components under Pulumi's mocks: no account, no network, a few seconds.
 *
 * Once a process, which should end soon after: SST and Pulumi keep global state, and this sets the globals that SST's
 * command line sets.
 *
 * @throws {EvaluationError} naming component, file and line
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const work = await mkdtemp(join(tmpdir(), "sst-graph-"));
  const bundle = join(options.root, ".sst", "platform", `sst-graph-${process.pid}.mjs`);
  try {
    const code = join(work, "code");
    await mkdir(code);
    await writeFile(join(code, "handler.mjs"), "");
    await bundleConfig(options.root, bundle);
    const server = await startRpcServer(code);
    try {
      return await untilQuiet(runBundle({ ...options, bundle, work, server: server.url }));
    } finally {
      await server.stop();
    }
  } catch (error) {
    throw evaluationError(error);
  } finally {
    await rm(bundle, { force: true });
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * What `running` gives, once nothing is left to happen in this process. A component goes on making resources after
 * its constructor has returned, and a failure there is carried by no promise of the program: without the wait the graph would
 * quietly lack what was to come.
 */
function untilQuiet(running: Promise<Finished>): Promise<Evaluation> {
  return new Promise((resolve, reject) => {
    let finished: Finished | undefined;
    running.then((result) => (finished = result)).catch(reject);
    // Runs in the context of the promise that failed, so the component that set it going is still known.
    process.on("unhandledRejection", (error) => reject(evaluationError(error)));
    process.once("beforeExit", () => {
      const pending = finished?.pending() ?? 1;
      if (finished !== undefined && pending === 0) resolve(finished.evaluation);
      else reject(new EvaluationError({}, `${pending} values never came: do two resources wait for each other?`));
    });
  });
}

interface Finished {
  readonly evaluation: Evaluation;
  /** How many of Pulumi's promises are still open. */
  pending(): number;
}

interface Run extends EvaluateOptions {
  readonly bundle: string;
  readonly work: string;
  readonly server: string;
}

async function runBundle({ root, stage, account, bundle, work, server }: Run): Promise<Finished> {
  process.setSourceMapsEnabled(true);
  Error.stackTraceLimit = 50;
  process.env["SST_SERVER"] = server;
  const paths = { home: work, root, work, platform: join(root, ".sst", "platform") };
  Object.assign(globalThis, { $dev: false, $cli: { command: "diff", rpc: server, paths, state: { version: {} } } });

  const loaded: unknown = await import(pathToFileURL(bundle).href);
  const { config, run, pulumi, leakedPromises } = v.parse(bundleSchema, loaded);
  const app = v.parse(appSchema, await config.app({ stage }));
  Object.assign(globalThis, { $app: { ...app, stage } });

  const place: Place = { account, region: app.providers.aws.region };
  const registrations: Registration[] = [];
  const retained = new Set<string>();
  const mocks = {
    newResource: ({ type, name, inputs }: Registration) => {
      const registration = {
        type,
        name,
        inputs: stableName(name, inputs),
        ...(retained.has(`${type} ${name}`) && { retainOnDelete: true as const }),
      };
      registrations.push(registration);
      return createResource(registration, place);
    },
    call: (lookup: { token: string; inputs: Registration["inputs"] }) => lookUp(lookup.token, lookup.inputs, place),
  };
  const program = () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }: Construction) => {
      if (opts.retainOnDelete === true) retained.add(`${type} ${name}`);
      if (opts.parent === undefined && !type.startsWith("sst:sst:")) enterComponent(type, name);
    });
    return config.run();
  };
  pulumi.runtime.setMocks(mocks, app.name, stage);
  await pulumi.runtime.runInPulumiStack(() => run(program));
  await pulumi.runtime.disconnect();
  return {
    evaluation: {
      app: app.name,
      removal: app.removal,
      protect: app.protect,
      region: place.region,
      registrations,
    },
    pending: () => v.parse(leakSchema, leakedPromises())[0].size,
  };
}
