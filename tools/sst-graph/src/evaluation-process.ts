import { readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { isBundle } from "./bundle-config.ts";
import { type Reads, watchEnvironment } from "./environment-reads.ts";
import { ProviderMissing, evaluate } from "./evaluate.ts";
import { EvaluationError } from "./evaluation-error.ts";
import { toGraph } from "./graph.ts";
import type { KeptEvaluation } from "./kept-graphs.ts";

// The process that `evaluateProject` starts for each evaluation: `node evaluation-process.ts QUESTION-FILE`.

const questionSchema = v.object({
  root: v.string(),
  stage: v.string(),
  sst: v.string(),
  hideSecrets: v.boolean(),
  work: v.string(),
  answer: v.string(),
});

/** What to evaluate; `answer` is the file that the answer is written to. */
export type EvaluationQuestion = v.InferOutput<typeof questionSchema>;

/** What became of it. */
export type EvaluationAnswer =
  | { readonly outcome: "evaluated"; readonly evaluation: KeptEvaluation; readonly reads: Reads }
  | { readonly outcome: "provider missing"; readonly message: string }
  | { readonly outcome: "failed"; readonly message: string; readonly component?: string; readonly place?: string };

/** No account has this number. */
const ACCOUNT = "000000000000";

const { answer, ...question } = v.parse(questionSchema, JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));

async function run(): Promise<EvaluationAnswer> {
  const { variables, reads } = watchEnvironment(
    process.env,
    (file) => isBundle(file) || file.includes(import.meta.dirname),
  );
  process.env = variables;
  const { root, stage, sst, hideSecrets, work } = question;
  const evaluation = await evaluate({ root, stage, account: ACCOUNT, work });
  const graph = await toGraph(evaluation, { digest: "", sst, stage }, hideSecrets);
  const { outputs, missingSecrets, files } = evaluation;
  return { outcome: "evaluated", evaluation: { graph, outputs, missingSecrets, files }, reads: reads() };
}

function failure(error: unknown): EvaluationAnswer {
  if (error instanceof ProviderMissing) return { outcome: "provider missing", message: error.message };
  if (!(error instanceof EvaluationError)) return { outcome: "failed", message: String(error) };
  const { component, place, reason } = error;
  return {
    outcome: "failed",
    message: reason,
    ...(component !== undefined && { component }),
    ...(place !== undefined && { place }),
  };
}

run()
  .catch(failure)
  .then((result) => {
    writeFileSync(answer, JSON.stringify(result), { mode: 0o600 });
    // What a configuration left running does not matter any more, nor Pulumi's report about it.
    process.removeAllListeners("exit");
    process.exit(0);
  })
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
