import { createRequire } from "node:module";
import { join } from "node:path";
import * as v from "valibot";
import type { Origins } from "./evaluation-error.ts";
import type { Construction } from "./recording.ts";

type Callable = (...args: readonly unknown[]) => unknown;

/** Pulumi's runtime, driven as its unit tests of programs drive it; the providers call the same object. */
export interface PulumiRuntime {
  setMocks(mocks: object, project: string, stack: string): unknown;
  runInPulumiStack(program: () => unknown): Promise<unknown>;
  registerStackTransformation(transformation: (construction: Construction) => void): void;
  disconnect(): Promise<void>;
  invoke: Callable;
  invokeOutput?: Callable;
}
const runtimeFunctions = ["setMocks", "runInPulumiStack", "registerStackTransformation", "disconnect", "invoke"];
const runtimeSchema = v.custom<PulumiRuntime>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    runtimeFunctions.every((name) => typeof Reflect.get(value, name) === "function"),
);

/** Pulumi's monitor of mocks, whose URNs name the stack as a parent, which those of the engine do not. */
const mocksSchema = v.object({
  MockMonitor: v.custom<{ prototype: { newUrn(parent: string, type: string, name: string): string } }>(
    (value) => typeof value === "function",
  ),
});

/** The runtime of the Pulumi in `platform`, for the app and stage; a lookup that fails is told with the line that asks. */
export function pulumiRuntime(platform: string, app: string, stage: string, origins: Origins): PulumiRuntime {
  const runtime = join(platform, "node_modules", "@pulumi", "pulumi", "runtime");
  const load = createRequire(join(runtime, "index.js"));
  const { MockMonitor } = v.parse(mocksSchema, load("./mocks.js"));
  MockMonitor.prototype.newUrn = (parent, type, name) => urn(app, stage, parent, type, name);
  const loaded = v.parse(runtimeSchema, load("./index.js"));
  traceLookups(loaded, origins);
  return loaded;
}

/** The URN that Pulumi's engine gives to a resource: the types of its parents, the stack left out, come before its own. */
export function urn(app: string, stage: string, parent: string, type: string, name: string): string {
  const parents = parent.split("::")[2] ?? "";
  const chain = parents === "" || parents === "pulumi:pulumi:Stack" ? type : `${parents}$${type}`;
  return `urn:pulumi:${stage}::${app}::${chain}::${name}`;
}

/** Has a lookup that fails be told with the line that asks, also where nobody awaits it there. */
function traceLookups(runtime: PulumiRuntime, origins: Origins): void {
  for (const name of ["invoke", "invokeOutput"] as const) {
    const original = runtime[name];
    if (original !== undefined) runtime[name] = (...args) => origins.call(() => original(...args));
  }
}
