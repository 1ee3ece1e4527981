import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import * as v from "valibot";
import { LOCAL_STAGE, committedStages, graphFile } from "./graph-file.ts";
import { inputDigest } from "./input-digest.ts";
import { makeGraph } from "./make-graph.ts";
import { installPlatform } from "./platform.ts";

const usage = `sst-graph COMMAND [--stage STAGE] [--root DIR]

  write             evaluates sst.config.ts and writes infra/graph.json and every infra/graph.STAGE.json, or the one of STAGE
  check             evaluates sst.config.ts and compares with them
  digest            compares the digest in them with their inputs, without evaluating
  print             evaluates sst.config.ts for STAGE (local by default), and prints the graph
  install-platform  puts SST's platform into .sst/platform, which the others do by themselves
`;

/** What a command works on. */
interface Target {
  readonly root: string;
  /** Every committed one where it is not given. */
  readonly stage: string | undefined;
}

const commands: Readonly<Record<string, (target: Target) => Promise<string>>> = {
  async write({ root, stage }) {
    installPlatform(root, process.env);
    const stages = await stagesOf(root, stage);
    const graphs = await Promise.all(stages.map((each) => evaluatedApart(root, each)));
    await Promise.all(stages.map((each, index) => writeFile(join(root, graphFile(each)), graphs[index] ?? "")));
    return stages.map((each) => `${graphFile(each)} written`).join("\n");
  },
  async check({ root, stage }) {
    installPlatform(root, process.env);
    return eachFile({ root, stage }, async (file, each) => {
      const made = await evaluatedApart(root, each);
      if ((await readFile(join(root, file), "utf8")) !== made)
        throw new Stale(file, "sst.config.ts gives another graph");
      return `${file} is what sst.config.ts gives`;
    });
  },
  async digest(target) {
    const current = await inputDigest(target.root);
    return eachFile(target, async (file) => {
      const { digest } = v.parse(digestSchema, JSON.parse(await readFile(join(target.root, file), "utf8")));
      if (digest !== current) throw new Stale(file, "its inputs have changed");
      return `${file} is up to date: ${digest}`;
    });
  },
  async print({ root, stage = LOCAL_STAGE }) {
    installPlatform(root, process.env);
    return (await makeGraph(root, stage)).trimEnd();
  },
  async "install-platform"({ root }) {
    installPlatform(root, process.env);
    return "SST's platform is in .sst/platform";
  },
};

const digestSchema = v.object({ digest: v.string() });

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
  { root, stage }: Target,
  report: (file: string, stage: string) => Promise<string>,
): Promise<string> {
  const stages = await stagesOf(root, stage);
  return (await Promise.all(stages.map((each) => report(graphFile(each), each)))).join("\n");
}

/** A process of its own for each evaluation: SST and Pulumi keep global state. */
async function evaluatedApart(root: string, stage: string): Promise<string> {
  const command = [import.meta.filename, "print", "--stage", stage, "--root", root];
  const printed = await promisify(execFile)(process.execPath, command, { maxBuffer: 64 * 2 ** 20 }).catch(
    (error: unknown) => {
      throw new Error(v.is(failureSchema, error) ? error.stderr.trim() : String(error), { cause: error });
    },
  );
  return printed.stdout;
}

/** How a process that ended with another status than 0 is told. */
const failureSchema = v.object({ stderr: v.pipe(v.string(), v.nonEmpty()) });

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
  process.stdout.write(`${await command({ root, stage: values.stage })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
