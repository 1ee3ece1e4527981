import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { type App, readApp } from "./app.ts";
import { bundleApp, bundleConfig, bundleFile } from "./bundle-config.ts";
import { EvaluationError, type Origins, originsIn } from "./evaluation-error.ts";
import { installedProviders, platformFolder } from "./platform.ts";
import { pulumiRuntime } from "./pulumi-runtime.ts";
import { type Constructed, Recording } from "./recording.ts";
import type { Place, Properties, Registration } from "./registration.ts";
import { type BuildRequest, type RpcServer, startRpcServer } from "./rpc-server.ts";

type Callable = (...args: readonly unknown[]) => unknown;
const callable = v.custom<Callable>((value) => typeof value === "function");

/** What the bundle exports. */
const bundleSchema = v.object({
  config: v.object({ run: callable }),
  run: callable,
  $transform: callable,
  leakedPromises: callable,
  pulumi: v.object({ output: callable }),
});

/** What the bundle of the configuration alone exports. */
const appBundleSchema = v.object({
  default: v.looseObject({ app: v.optional(callable), run: v.optional(callable) }),
});

/** What to evaluate, and for which stage and account. */
export interface EvaluateOptions {
  /** The folder of `sst.config.ts`, with the SST platform in `.sst/platform`. */
  readonly root: string;
  readonly stage: string;
  readonly account: string;
  /** A folder for files that need not outlive the evaluation. */
  readonly work: string;
}

/** What the configuration registers, in no particular order. */
export interface Evaluation {
  readonly app: Omit<App, "global" | "providers">;
  readonly registrations: readonly Registration[];
  readonly constructed: readonly Constructed[];
  /** What each function's code is built from, by the name of the function's component. */
  readonly builds: ReadonlyMap<string, BuildRequest>;
  /** What `run()` returned, resolved. */
  readonly outputs: Properties;
  /** The secrets without a value, by name. */
  readonly missingSecrets: readonly string[];
  /** The files that the configuration is made of, absolute, SST's own left out. */
  readonly files: readonly string[];
}

/** Thrown where `app()` names a provider that is not in `.sst/platform`, or at another version. */
export class ProviderMissing extends Error {
  readonly code = "PROVIDER_MISSING";
  readonly provider: string;

  constructor(provider: string) {
    super(`the provider "${provider}" of app() is not installed in .sst/platform`);
    this.provider = provider;
  }
}

/**
 * Runs `sst.config.ts` through SST's own components under Pulumi's mocks: no account, no network, a few seconds.
 *
 * Once a process, which should end soon after: SST and Pulumi keep global state, and this sets the globals that SST's
 * command line sets.
 *
 * @throws {EvaluationError} naming component, file and line
 * @throws {ProviderMissing}
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const origins = originsIn(options.root);
  const code = join(options.work, "code");
  const [appBundle, bundle] = [bundleFile(options.root, "app"), bundleFile(options.root, "run")];
  try {
    await mkdir(code, { recursive: true });
    const [files] = await Promise.all([bundleConfig(options.root, bundle), bundleApp(options.root, appBundle)]);
    const server = await startRpcServer(code);
    try {
      return await untilQuiet(origins, runBundle({ ...options, appBundle, bundle, server, files, origins }));
    } finally {
      await server.stop();
    }
  } catch (error) {
    throw error instanceof ProviderMissing ? error : origins.error(error);
  } finally {
    await Promise.all([appBundle, bundle].map((file) => rm(file, { force: true })));
  }
}

/**
 * What `running` gives, once nothing is left to happen in this process. A component goes on making resources after
 * its constructor has returned, and a failure there is carried by no promise of the program: without the wait the graph would
 * quietly lack what was to come.
 */
function untilQuiet(origins: Origins, running: Promise<Finished>): Promise<Evaluation> {
  return new Promise((resolve, reject) => {
    let finished: Finished | undefined;
    running.then((result) => (finished = result)).catch(reject);
    // Runs in the context of the promise that failed, so the component that set it going is still known.
    process.on("unhandledRejection", (error) => reject(origins.error(error)));
    process.once("beforeExit", () => {
      const pending = finished?.pending() ?? 1;
      if (finished !== undefined && pending === 0) resolve(finished.evaluation());
      else reject(new EvaluationError({}, `${pending} values never came: do two resources wait for each other?`));
    });
  });
}

interface Finished {
  evaluation(): Evaluation;
  /** How many of Pulumi's promises are still open. */
  pending(): number;
}

interface Run extends EvaluateOptions {
  readonly appBundle: string;
  readonly bundle: string;
  readonly server: RpcServer;
  readonly files: readonly string[];
  readonly origins: Origins;
}

async function runBundle(parts: Run): Promise<Finished> {
  const { root, stage, account, appBundle, bundle, work, server, files, origins } = parts;
  process.setSourceMapsEnabled(true);
  Error.stackTraceLimit = 50;
  process.env["SST_SERVER"] = server.url;
  const platform = platformFolder(root);
  const app = await loadApp(appBundle, stage);
  requireProviders(root, app);
  Object.assign(globalThis, {
    $app: app.global,
    $dev: false,
    $cli: {
      command: "diff",
      rpc: server.url,
      paths: { home: work, root, work, platform },
      state: { version: {} },
    },
  });

  const loaded: unknown = await import(pathToFileURL(bundle).href);
  const { config, run, pulumi, leakedPromises, $transform } = v.parse(bundleSchema, loaded);
  const runtime = pulumiRuntime(platform, app.name, stage, origins);
  const place: Place = { account, region: app.region };
  const record = new Recording(place, origins);
  const missingSecrets: string[] = [];
  let outputs: Properties = {};

  const program = async () => {
    runtime.registerStackTransformation((construction) => record.construct(construction));
    // A class of which SST only reads this.
    $transform(
      { __pulumiType: "sst:sst:Secret" },
      (props: { readonly placeholder?: unknown }, _: unknown, name: string) => {
        const variable = `SST_SECRET_${name}`;
        if (process.env[variable] !== undefined || props.placeholder !== undefined) return;
        missingSecrets.push(name);
        process.env[variable] = `(the secret ${name} has no value)`;
      },
    );
    const returned = await config.run();
    // A callback rather than the promise: it comes in its time, and a value that never comes is noticed at the end.
    v.parse(applicable, pulumi.output(returned ?? {})).apply((values) => {
      outputs = v.parse(v.record(v.string(), v.unknown()), values);
    });
    return returned;
  };
  runtime.setMocks(record.mocks(), app.name, stage);
  await runtime.runInPulumiStack(() => run(program));
  await runtime.disconnect();
  const { name, removal, protect, region } = app;
  return {
    evaluation: () => ({
      app: { name, removal, protect, region },
      registrations: record.registrations,
      constructed: record.constructed,
      builds: server.builds,
      outputs,
      missingSecrets: missingSecrets.sort(),
      files,
    }),
    pending: () => v.parse(leakSchema, leakedPromises())[0].size,
  };
}

/** @throws {Error} where the configuration is none of SST from version 3 on */
async function loadApp(bundle: string, stage: string): Promise<App> {
  const loaded: unknown = await import(pathToFileURL(bundle).href);
  const parsed = v.safeParse(appBundleSchema, loaded);
  const { app, run } = parsed.success ? parsed.output.default : {};
  if (app === undefined || run === undefined)
    throw new Error(
      "sst.config.ts: expected $config({ app, run }) as its default export, as SST has it from version 3 on",
    );
  return readApp(await app({ stage }), stage, process.env);
}

/** Pulumi's open promises, and its message about them. */
const leakSchema = v.looseTuple([v.instance(Set)]);

/** An output of Pulumi. */
const applicable = v.custom<{ apply(use: (value: unknown) => void): unknown }>(
  (value) => typeof value === "object" && value !== null && typeof Reflect.get(value, "apply") === "function",
);

function requireProviders(root: string, app: App): void {
  const installed = installedProviders(root);
  for (const [name, version] of app.providers) {
    const found = installed.find((provider) => provider.name === name);
    const other = version !== undefined && found?.version !== "" && found?.version !== version;
    if (found === undefined || other) throw new ProviderMissing(name);
  }
}
