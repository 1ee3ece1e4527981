import { spawn } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import * as v from "valibot";
import { findCommitted } from "./committed-graph.ts";
import { EvaluationError } from "./evaluation-error.ts";
import type { EvaluationAnswer, EvaluationQuestion } from "./evaluation-process.ts";
import type { Graph } from "./graph.ts";
import { type KeptEvaluation, type Question, findKept, keep } from "./kept-graphs.ts";
import { type InstallOptions, installPlatform, sstVersion } from "./platform.ts";
import { type Environment, projectEnvironment } from "./project-environment.ts";
import { readSecrets, secretsFile } from "./project-secrets.ts";
import { projectRoot } from "./project-root.ts";
import type { Properties } from "./registration.ts";

/** Which project to evaluate, and how. */
export interface EvaluateProjectOptions {
  /** A folder of the project; the working directory where it is left out. */
  readonly root?: string | undefined;
  /** The stage; where it is left out, the one that SST would take, and "local" where that would ask. */
  readonly stage?: string | undefined;
  /** Values of secrets by name, before those that were set for the stage (`changeSecret`), which come before the environment's. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  /** The variables that the configuration sees, `.env` files apart; those of this process where they are left out. */
  readonly environment?: Environment | undefined;
  /** Told what takes long, and what the configuration prints, a line at a time. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Evaluates anew, keeps nothing, and has "(secret)" stand for secrets: for a graph that is committed and reviewed. */
  readonly forReview?: boolean | undefined;
}

/** A project evaluated. */
export interface ProjectEvaluation {
  readonly graph: Graph;
  /** The folder of `sst.config.ts`. */
  readonly root: string;
  readonly stage: string;
  readonly region: string;
  /** What `run()` returned, resolved. */
  readonly outputs: Properties;
  /** The secrets that have no value, by name; a text that says so stands in for each. */
  readonly missingSecrets: readonly string[];
  /** The files that the evaluation depends on, absolute; those of variables and secrets count whether or not they exist. */
  readonly inputs: readonly string[];
  /** Whether nothing had to be evaluated. */
  readonly cached: boolean;
}

/** An evaluation that takes longer than this hangs. */
const LIMIT_MS = 5 * 60_000;

/**
 * Evaluates the SST project of a folder offline: no account, no network once SST's platform is installed, nothing of the project
 * changed. Where the platform is missing, it is installed by the project's own version of SST. What was evaluated is kept under
 * `.doorbell/` of the project, and is found again as long as neither a file nor a variable that it was made from has changed; a
 * file that the configuration reads by itself does not count. A project may also commit its graph (`sst-graph write`), which then
 * comes first as long as its digest fits, so that a fresh checkout needs no platform.
 *
 * ```ts
 * const { graph, outputs, missingSecrets } = await evaluateProject({ onProgress: console.error });
 * ```
 *
 * @throws {ProjectNotFound} @throws {InvalidStage} @throws {SecretsUnreadable} @throws {PlatformInstallError}
 * @throws {EvaluationError} naming component, file and line
 */
export async function evaluateProject(options: EvaluateProjectOptions = {}): Promise<ProjectEvaluation> {
  const { secrets = {}, environment = process.env, onProgress, forReview = false } = options;
  // The real path: bundles and stack traces know no other.
  const root = await realpath(projectRoot(options.root ?? process.cwd()));
  const { stage, variables, files: envFiles } = projectEnvironment(root, environment, options.stage);
  const set = await readSecrets(root, stage);
  const values = Object.entries({ ...set, ...secrets }).map(([name, value]) => [`SST_SECRET_${name}`, value]);
  const given = { ...variables, ...Object.fromEntries(values) };
  const install = { environment: given, stage, onProgress };

  const question = { root, stage, sst: sstVersion(root), environment: given };
  const kept = forReview ? undefined : ((await findCommitted(question)) ?? (await findKept(question)));
  const { files, ...evaluation } = kept ?? (await evaluateAnew(question, install, forReview));
  return {
    ...evaluation,
    root,
    stage,
    region: evaluation.graph.region,
    inputs: [...files, ...envFiles, secretsFile(root, stage)],
    cached: kept !== undefined,
  };
}

async function evaluateAnew(question: Question, install: InstallOptions, forReview: boolean): Promise<KeptEvaluation> {
  await installPlatform(question.root, install);
  const evaluate = () => evaluateApart(question, forReview, install.onProgress);
  let answer = await evaluate();
  if (answer.outcome === "provider missing") {
    install.onProgress?.(`${answer.message}: installing it`);
    await installPlatform(question.root, { ...install, again: true });
    answer = await evaluate();
  }
  if (answer.outcome !== "evaluated")
    throw new EvaluationError(answer.outcome === "failed" ? answer : {}, new Error(answer.message));
  const { evaluation, reads } = answer;
  return forReview ? evaluation : keep(question, evaluation, reads);
}

/** A process of its own for each evaluation: SST and Pulumi keep global state. */
async function evaluateApart(
  { root, stage, sst, environment }: Question,
  hideSecrets: boolean,
  onProgress: ((line: string) => void) | undefined,
): Promise<EvaluationAnswer> {
  const work = await mkdtemp(join(tmpdir(), "sst-graph-"));
  try {
    const [question, answer] = [join(work, "question.json"), join(work, "answer.json")];
    const asked: EvaluationQuestion = { root, stage, sst, hideSecrets, work, answer };
    await writeFile(question, JSON.stringify(asked));
    const program = join(import.meta.dirname, `evaluation-process${extname(import.meta.filename)}`);
    const child = spawn(process.execPath, [program, question], {
      cwd: root,
      env: { ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
    });
    const printed: string[] = [];
    const lines = [child.stdout, child.stderr].map((stream) =>
      eachLine(stream, (line) => {
        printed.push(line);
        onProgress?.(line);
      }),
    );
    const ended = new Promise<string>((resolve, reject) => {
      child.once("error", reject).once("close", (code, signal) => resolve(signal ?? `status ${code}`));
    });
    const [how] = await Promise.all([ended, ...lines]);
    const text = await readFile(answer, "utf8").catch(() => undefined);
    if (text === undefined)
      throw new EvaluationError(
        {},
        `the evaluation ended (${how}) without a result:\n${printed.slice(-20).join("\n")}`,
      );
    return v.parse(answerSchema, JSON.parse(text));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Written by our own process: the outcome tells the rest. */
const answerSchema = v.custom<EvaluationAnswer>(
  (value) => typeof value === "object" && value !== null && "outcome" in value,
);

async function eachLine(stream: Readable, use: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) use(line);
}
