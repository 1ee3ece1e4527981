import { evaluate } from "./evaluate.ts";
import { renderGraph, toResources } from "./graph.ts";
import { inputDigest } from "./input-digest.ts";
import { sstVersion } from "./sst-version.ts";

/** No account has this number. */
const account = "000000000000";

/**
 * The graph of a stage as text. Once a process, which should end soon after; see `evaluate`.
 *
 * @param root the folder of `sst.config.ts`, with the SST platform in `.sst/platform`
 * @throws {EvaluationError} naming component, file and line
 */
export async function makeGraph(root: string, stage: string): Promise<string> {
  const digest = await inputDigest(root);
  const { registrations, app, ...settings } = await evaluate({ root, stage, account });
  return renderGraph({
    digest,
    sst: sstVersion(),
    app,
    stage,
    ...settings,
    resources: toResources(registrations),
  });
}
