import { openAuditTables } from "./audit-tables.ts";
import { pipelineNames } from "../pipeline-names.ts";
import { verifyTables, type Verification } from "./verify-tables.ts";
import { waitingChanges } from "./waiting-changes.ts";
import type { EnvironmentOptions } from "@doorbell/cli/aws/environment-options";
import { withEnvironment } from "@doorbell/cli/aws/with-environment";
import { CommandError } from "@doorbell/cli/command-error";
import { formatCount, formatCounted, formatSeconds, formatTable } from "@doorbell/cli/table";

/** Rows that a person reads; `--json` prints all. */
const MAX_ROWS = 200;

/**
 * `doorbell audit verify`: proves that every change of every order is in the audit trail as it was made, or names what is
 * missing, cut, late, altered, swapped, foreign. Reads only.
 *
 * @throws {CommandError} something is wrong: exit status 1
 */
export async function auditVerify(
  options: EnvironmentOptions & { readonly grace: number; readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const names = pipelineNames(pipeline);
    const started = performance.now();
    const verified = await verifyTables(openAuditTables(pipeline.dynamodb, names), {
      graceMs: options.grace * 1_000,
      waiting: (wanted) => waitingChanges(pipeline.s3, names.FAILURES_BUCKET, wanted),
    });
    const ms = performance.now() - started;
    process.stdout.write(
      options.json ? `${JSON.stringify(verified, null, 2)}\n` : formatVerification(verified, pipeline.title, ms),
    );
    if (verified.findings.length > 0 || !verified.complete)
      throw new CommandError(
        `the audit trail of ${pipeline.title} does not tell the whole story; see docs/operations.md.`,
      );
  });
}

/** `v2, v5–v104` */
export function formatVersions(versions: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const version of versions) {
    const last = runs.at(-1);
    if (last?.to === version - 1) last.to = version;
    else runs.push({ from: version, to: version });
  }
  return runs
    .map(({ from, to }) => (from === to ? `v${from}` : `v${from}${to === from + 1 ? ", " : "–"}v${to}`))
    .join(", ");
}

/** The outcome for a person. */
export function formatVerification(verified: Verification, title: string, ms: number): string {
  const { orders, entries, findings, complete } = verified;
  const scope = `${formatCounted(orders, "order")} and ${formatCounted(entries, "entry", "entries")} of ${title} in ${formatSeconds(ms)}`;
  if (findings.length === 0) return `Verified ${scope}: every change is recorded as it was made.\n`;
  const rows = findings
    .slice(0, MAX_ROWS)
    .map(({ orderKey, kind, versions, says }) => [orderKey, formatVersions(versions), kind, says]);
  const more = findings.length - rows.length;
  return [
    formatTable(["order", "version", "wrong", "what"], rows),
    ...(more > 0 ? [`and ${formatCount(more)} more; --json prints all`] : []),
    "",
    `${formatCounted(findings.length, "fault")} in ${scope}.`,
    ...(complete ? [] : ["It stopped there: more orders are wrong than one run takes. Mend these and run it again."]),
    "",
  ].join("\n");
}
