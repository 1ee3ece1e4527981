import type { FunctionDefinition } from "../../graph/graph.ts";
import { BundleFailed } from "./bundle-failed.ts";
import { createBundler, type Bundle } from "./bundle.ts";
import { createSourceWatch } from "./source-watch.ts";

/** The code that a function runs. */
export interface FunctionCode {
  /** Folder of the bundle that new environments run. */
  readonly taskRoot: string;
  /** `module.export`, inside of it. */
  readonly handler: string;
  /** Ends watching. */
  stop(): Promise<void>;
}

export interface FunctionCodeOptions {
  readonly definition: Pick<FunctionDefinition, "name" | "code" | "runtime">;
  readonly root: string;
  readonly cacheDir: string;
  /** Bundles again when a source changes. */
  readonly watch: boolean;
  /** Called when {@link FunctionCode.taskRoot} names other code than before. */
  readonly replaced: () => void;
  /** Takes what there is to say of a change, in a sentence. */
  readonly say: (line: string) => void;
}

/**
 * Bundles a function's code, and again whenever one of its sources changes. Code that cannot be bundled is reported, and the
 * old one stays.
 * @throws BundleFailed for the first bundle
 */
export async function loadFunctionCode(options: FunctionCodeOptions): Promise<FunctionCode> {
  const { definition, root, cacheDir } = options;
  const { name, code, runtime } = definition;
  const bundler = createBundler({ name, code, runtime, root, cacheDir });
  let current: Bundle;
  try {
    current = await bundler.bundle();
  } finally {
    // Who watches keeps what was parsed for the next bundle, once there is a first.
    if (!options.watch) await bundler.stop();
  }
  let changes = 0;
  let reloading: Promise<void> | undefined;
  let reported = "";

  async function reload(): Promise<void> {
    const began = performance.now();
    try {
      const next = await bundler.bundle();
      const replaced = next.taskRoot !== current.taskRoot;
      current = next;
      watch.follow(next.sources);
      if (!replaced && reported === "") return;
      reported = "";
      options.say(
        `The code has changed: new environments run it (bundled in ${Math.round(performance.now() - began)} ms).`,
      );
      if (replaced) options.replaced();
    } catch (error) {
      const problem = error instanceof BundleFailed ? error.details.join("\n") : String(error);
      // Any file of a folder may have changed: the same problem is told once.
      if (problem !== reported)
        options.say(`The code has changed and cannot be bundled; the old one stays.\n${problem}`);
      reported = problem;
    }
  }

  async function reloadAll(): Promise<void> {
    for (let seen = -1; seen !== changes;) {
      seen = changes;
      await reload();
    }
    reloading = undefined;
  }

  const watch = createSourceWatch(() => {
    changes += 1;
    reloading ??= reloadAll();
  }, options.say);
  if (options.watch) watch.follow(current.sources);

  return {
    get taskRoot() {
      return current.taskRoot;
    },
    get handler() {
      return current.handler;
    },
    async stop() {
      watch.stop();
      await reloading;
      watch.stop();
      await bundler.stop();
    },
  };
}
