import { evaluateProject } from "@doorbell/sst-graph/evaluate-project";

/** A project that can be booted. */
export interface Project {
  /** The folder of `sst.config.ts`. */
  readonly root: string;
  /** What Pulumi would create, as JSON. */
  readonly graph: unknown;
  /** What `run()` returned. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Another digest means that what was evaluated has changed; absent where the graph was given. */
  readonly digest?: string;
  /** The files that it was evaluated from, absolute, some of which may not exist. */
  readonly inputs: readonly string[];
}

/** Which project, and how. */
export interface ProjectOptions {
  /**
   * A folder of the project, whose `sst.config.ts` is looked for upwards; the working directory by default. Handler paths are
   * relative to where it is found, and bundles are kept in its `.doorbell` folder.
   */
  readonly root?: string;
  /** The project's graph, parsed as JSON, where `sst.config.ts` is not to be evaluated; `root` is then the project's folder. */
  readonly graph?: unknown;
  /** The stage; where it is left out, the one that SST would take, and "local" where that would ask. */
  readonly stage?: string;
  /** Values of secrets by name, before those of `doorbell secret set` and of the environment (`SST_SECRET_<Name>`). */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The project as its graph is given, else evaluated: see `evaluateProject`. */
export async function openProject(options: ProjectOptions, notice: (sentence: string) => void): Promise<Project> {
  const { root, graph: given, stage, secrets } = options;
  if (given !== undefined) return { root: root ?? process.cwd(), graph: given, outputs: {}, inputs: [] };
  const evaluation = await evaluateProject({ root, stage, secrets, onProgress: notice });
  for (const name of evaluation.missingSecrets)
    notice(
      `The secret ${name} has no value: "doorbell secret set ${name}" sets one, or SST_SECRET_${name} in the environment. A text that says so stands in for it.`,
    );
  const { graph, outputs, inputs } = evaluation;
  return { root: evaluation.root, digest: graph.digest, graph, outputs, inputs };
}
