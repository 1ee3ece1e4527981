import { createHash } from "node:crypto";
import type { Environment } from "./project-environment.ts";

/** Variables by name, each as the digest of its value, or null where it is not set: values may be secrets. */
export type Reads = Readonly<Record<string, string | null>>;

/** `process.env`, watched. */
export interface WatchedEnvironment {
  /** What to put in place of `process.env`. */
  readonly variables: NodeJS.ProcessEnv;
  /** What was read so far, with the value that it first had. */
  readonly reads: () => Reads;
}

/**
 * Notes which variables the code of some files reads: what a configuration makes of them is in its graph, so the graph counts only
 * as long as they keep their values. Whoever copies all variables has read all of them. What Node and libraries read for
 * themselves does not count, nor does a variable that was set here before it was read.
 *
 * @param counts tells whether the code of a file counts, given its path or URL
 */
export function watchEnvironment(
  environment: NodeJS.ProcessEnv,
  counts: (file: string) => boolean,
): WatchedEnvironment {
  const reads = new Map<string, string | null>();
  const own = new Set<string>();
  const note = (name: string | symbol) => {
    if (typeof name !== "string" || reads.has(name) || own.has(name)) return;
    if (counts(callingFile())) reads.set(name, digest(environment[name]));
  };
  const variables = new Proxy(environment, {
    get(target, name) {
      note(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      note(name);
      return Reflect.has(target, name);
    },
    set(target, name, value) {
      if (typeof name === "string" && !reads.has(name)) own.add(name);
      return Reflect.set(target, name, value);
    },
  });
  return { variables, reads: () => Object.fromEntries([...reads].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** The file whose code reads a property of the proxy; empty for code without a file. */
function callingFile(): string {
  const before = {
    prepareStackTrace: Reflect.get(Error, "prepareStackTrace") satisfies unknown,
    stackTraceLimit: Error.stackTraceLimit,
  };
  let files: readonly string[] = [];
  // The call sites themselves: as text they would be mapped to the sources, which takes long.
  Error.prepareStackTrace = (_, sites) => {
    files = sites.map((site) => site.getFileName() ?? "");
    return "";
  };
  Error.stackTraceLimit = 10;
  void new Error("whose stack tells the file").stack;
  Object.assign(Error, before);
  return files.find((file) => ![import.meta.url, import.meta.filename, ""].includes(file)) ?? "";
}

/** Whether `environment` still has the values that were read. */
export function sameReads(reads: Reads, environment: Environment): boolean {
  return Object.entries(reads).every(([name, value]) => digest(environment[name]) === value);
}

function digest(value: string | undefined): string | null {
  return value === undefined ? null : createHash("sha256").update(value).digest("hex").slice(0, 32);
}
