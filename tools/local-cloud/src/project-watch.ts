import { createSourceWatch } from "./lambda/code/source-watch.ts";
import { openProject, type Project, type ProjectOptions } from "./open-project.ts";

/** Looks at what a project was evaluated from. */
export interface ProjectWatch {
  /** Resolves once another evaluation is under way no more, and nothing is looked at. */
  stop(): Promise<void>;
}

/**
 * Evaluates a project again whenever a file that it was evaluated from changes, `.env` files and secrets included, and calls `changed`
 * each time something else came out. Where it cannot be evaluated, `notice` is told why, once for one reason, and nothing is changed.
 * A project whose graph was given has nothing to look at.
 */
export function watchProject(
  project: Project,
  options: Omit<ProjectOptions, "graph">,
  { changed, notice }: { readonly changed: () => void; readonly notice: (sentence: string) => void },
): ProjectWatch {
  let { digest } = project;
  let changes = 0;
  let evaluating: Promise<void> | undefined;
  let reported = "";

  async function evaluate(): Promise<void> {
    const said: string[] = [];
    try {
      const next = await openProject({ ...options, root: project.root }, (sentence) => said.push(sentence));
      watch.follow(next.inputs);
      reported = "";
      if (next.digest === digest) return;
      ({ digest } = next);
      for (const sentence of said) notice(sentence);
      changed();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== reported)
        notice(`The configuration has changed and cannot be evaluated; what runs goes on.\n${problem}`);
      reported = problem;
    }
  }

  async function evaluateAll(): Promise<void> {
    for (let seen = -1; seen !== changes;) {
      seen = changes;
      await evaluate();
    }
    evaluating = undefined;
  }

  const watch = createSourceWatch(() => {
    changes += 1;
    evaluating ??= evaluateAll();
  }, notice);
  if (digest !== undefined) watch.follow(project.inputs);
  return {
    async stop() {
      watch.stop();
      await evaluating;
      // An evaluation that was under way has followed its files.
      watch.stop();
    },
  };
}
