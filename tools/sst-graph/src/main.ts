import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { renderGraph } from "./committed-graph.ts";
import { evaluateProject } from "./evaluate-project.ts";
import { LOCAL_STAGE, committedStages, graphFile } from "./graph-file.ts";
import { changedInputs, inputDigests } from "./input-digests.ts";
import { installPlatform } from "./platform.ts";

const usage = `sst-graph COMMAND [--stage STAGE] [--root DIR]

  write             evaluates sst.config.ts and writes infra/graph.json and every infra/graph.STAGE.json, or the one of STAGE
  check             evaluates sst.config.ts and compares with them
  inputs            compares the digests in them with their inputs, without evaluating
  print             evaluates sst.config.ts for STAGE (local by default), and prints the graph as it would be committed
  install-platform  puts SST's platform into .sst/platform, which the others do by themselves
  evaluate          evaluates the SST project of DIR (here by default), and prints all that there is to know of it
`;

/** What a command works on. */
interface Target {
  readonly root: string;
  /** The folder that the command line names. */
  readonly given: string | undefined;
  /** Every committed one where it is not given. */
  readonly stage: string | undefined;
}

const commands: Readonly<Record<string, (target: Target) => Promise<string>>> = {
  async write({ root, stage }) {
    const stages = await stagesOf(root, stage);
    const graphs = await committedTexts(root, stages);
    await Promise.all(stages.map((each, index) => writeFile(join(root, graphFile(each)), graphs[index] ?? "")));
    return stages.map((each) => `${graphFile(each)} written`).join("\n");
  },
  async check({ root, stage }) {
    const stages = await stagesOf(root, stage);
    const graphs = await committedTexts(root, stages);
    return eachFile({ root, stage }, async (file, each) => {
      if ((await readFile(join(root, file), "utf8")) !== graphs[stages.indexOf(each)])
        throw new Stale(file, "sst.config.ts gives another graph");
      return `${file} is what sst.config.ts gives`;
    });
  },
  async inputs(target) {
    const current = await inputDigests(target.root);
    return eachFile(target, async (file) => {
      const { inputs } = v.parse(inputsSchema, JSON.parse(await readFile(join(target.root, file), "utf8")));
      const changed = changedInputs(inputs, current);
      if (changed.length > 0) throw new Stale(file, `of its inputs these have changed: ${changed.join(", ")}`);
      return `${file} is up to date`;
    });
  },
  async print({ root, stage = LOCAL_STAGE }) {
    const [text = ""] = await committedTexts(root, [stage]);
    return text.trimEnd();
  },
  async "install-platform"({ root, stage = LOCAL_STAGE }) {
    await installPlatform(root, { environment: process.env, stage, onProgress });
    return "SST's platform is in .sst/platform";
  },
  async evaluate({ given, stage }) {
    return JSON.stringify(await evaluateProject({ root: given, stage, onProgress }), null, 2);
  },
};

const inputsSchema = v.object({ inputs: v.record(v.string(), v.object({ sha256: v.string() })) });

/** A committed graph is not what it would be if it were written now. */
class Stale extends Error {
  readonly code = "STALE";

  constructor(file: string, reason: string) {
    super(`${file} is stale: ${reason}. Write it anew with 'npm run graph:write' and review the difference.`);
  }
}

async function stagesOf(root: string, stage: string | undefined): Promise<readonly string[]> {
  return stage === undefined ? committedStages(root) : [stage];
}

async function eachFile(
  { root, stage }: Pick<Target, "root" | "stage">,
  report: (file: string, stage: string) => Promise<string>,
): Promise<string> {
  const stages = await stagesOf(root, stage);
  return (await Promise.all(stages.map((each) => report(graphFile(each), each)))).join("\n");
}

/** The graphs of `stages` as they would be committed. */
async function committedTexts(root: string, stages: readonly string[]): Promise<readonly string[]> {
  // Before they are evaluated side by side: one platform serves all stages.
  await installPlatform(root, { environment: process.env, stage: LOCAL_STAGE, onProgress });
  // Of the files as they are before they are evaluated; a mistake in one of them is told by the evaluation.
  const inputs = inputDigests(root);
  inputs.catch(() => undefined);
  return Promise.all(
    stages.map(async (stage) => {
      const { graph, outputs } = await evaluateProject({ root, stage, onProgress, forReview: true });
      return renderGraph({ ...graph, outputs }, await inputs, root);
    }),
  );
}

function onProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { root: { type: "string" }, stage: { type: "string" } },
  });
  const command = commands[positionals[0] ?? ""];
  if (command === undefined || positionals.length !== 1) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const root = resolve(values.root ?? join(import.meta.dirname, "..", "..", ".."));
  process.stdout.write(`${await command({ root, given: values.root, stage: values.stage })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
