import { setTimeout as delay } from "node:timers/promises";
import type { EnvironmentOptions } from "../aws/environment-options.ts";
import { withEnvironment } from "../aws/with-environment.ts";
import { CommandError } from "../command-error.ts";
import type { Failure, FailureSource } from "./failures/failure.ts";
import { formatBriefly, formatFailures } from "./failures/failure-text.ts";
import { listFailures, requireOne } from "./failures/find-failures.ts";
import { followUp } from "./failures/follow-up.ts";
import { HIDDEN_SECONDS } from "./failures/held-messages.ts";
import { openSources } from "./failures/open-sources.ts";
import { loadConfig } from "../load-config.ts";
import { MAX_KEPT_IN_A_ROW, type Redriven, redrive } from "./failures/redrive.ts";
import { isSelected, placesOf, type Selection } from "./failures/selection.ts";
import { stopSignal } from "../lifeline.ts";
import { formatCount, formatCounted } from "../table.ts";

interface RedriveOptions extends EnvironmentOptions {
  readonly all?: boolean;
  readonly reason?: string;
  readonly since?: number;
  readonly rate: number;
  readonly wait?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** How each result reads in the summary, in this order. */
const SUMMARY: readonly (readonly [Redriven["result"], string])[] = [
  ["handled", "handled"],
  ["already-done", "skipped as already done"],
  ["sent", "sent, outcome not known yet"],
  ["failed-again", "failed again, and still there"],
  ["kept", "not sent, and still there"],
  ["gone", "not there any more"],
];

/**
 * `doorbell failures redrive`: sends failures back where they belong and says what became of each. Ctrl-C finishes the one under
 * way; what was not sent stays where it is.
 *
 * @throws {CommandError} nothing was named, an id is unknown, something failed again or was kept (exit status 1), or it was stopped (130)
 */
export async function failuresRedrive(ids: readonly string[], options: RedriveOptions): Promise<void> {
  const selection = selectionOf(ids, options);
  const stop = stopSignal();
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  try {
    await withEnvironment(options, async (environment) => {
      const sources = placesOf(await openSources(environment, await loadConfig()), selection);
      await waitForHidden(sources, say, stop.signal);
      const all = await listFailures(sources, {});
      for (const id of ids) requireOne(all, id);
      // The oldest first, as they came.
      const planned = all.filter((failure) => isSelected(failure, selection)).toReversed();
      if (options.dryRun) return showPlan(planned, options);
      say(`Sending back ${formatCounted(planned.length, "failure")} in ${environment.title}.`);
      const onResult = (result: Redriven): void => say(formatResult(result));
      const sent = await redrive(sources, planned, { ratePerSecond: options.rate, signal: stop.signal, onResult });
      const results = await followUpOn(sent, { sources, options, signal: stop.signal, say });
      report(results, planned.length - results.length, stop.signal.aborted, options);
    });
  } finally {
    stop.dispose();
  }
}

function selectionOf(ids: readonly string[], { all, reason, since }: RedriveOptions): Selection {
  const named = [ids.length > 0, all === true, reason !== undefined].filter(Boolean).length;
  if (named !== 1) throw new CommandError("say which failures are meant: by their ids, with --reason, or with --all.");
  return {
    ...(ids.length > 0 && { ids }),
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since }),
  };
}

/** What a killed command held comes back within its visibility timeout; without this wait a repetition would miss it. */
async function waitForHidden(
  sources: readonly FailureSource[],
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + (HIDDEN_SECONDS + 1) * 1_000;
  for (const source of sources)
    for (let told = false; performance.now() < until && !signal.aborted && (await source.hidden()) > 0; told = true) {
      if (!told) say(`Waiting up to ${HIDDEN_SECONDS} s for what another command holds in the ${source.place} …`);
      await delay(250, undefined, { signal }).catch(() => {});
    }
}

function showPlan(planned: readonly Failure[], { json }: RedriveOptions): void {
  if (json) process.stdout.write(`${JSON.stringify({ planned }, null, 2)}\n`);
  else if (planned.length === 0) process.stdout.write("nothing would be sent back\n");
  else process.stdout.write(`Would be sent back:\n\n${formatFailures(planned, process.stdout.columns ?? 160)}`);
}

async function followUpOn(
  sent: readonly Redriven[],
  run: {
    readonly sources: readonly FailureSource[];
    readonly options: RedriveOptions;
    readonly signal: AbortSignal;
    readonly say: (text: string) => void;
  },
): Promise<readonly Redriven[]> {
  const { wait } = run.options;
  if (wait === undefined || sent.every(({ pending }) => pending === undefined)) return sent;
  run.say(`Waiting up to ${wait} s for the outcome …`);
  const results = await followUp(run.sources, sent, { waitMs: wait * 1_000, signal: run.signal });
  for (const [at, result] of results.entries())
    if (result !== sent[at] && result.result === "failed-again") run.say(formatResult(result));
  return results;
}

function formatResult({ failure, result, detail }: Redriven): string {
  return `${result.padEnd(12)}  ${formatBriefly(failure)}${detail === undefined ? "" : `  (${detail})`}`;
}

function report(results: readonly Redriven[], left: number, isStopped: boolean, options: RedriveOptions): void {
  const counts = SUMMARY.map(([result, text]) => {
    const fitting = results.filter((each) => each.result === result);
    return { result, text, fitting };
  }).filter(({ fitting }) => fitting.length > 0);
  if (options.json) {
    const list = results.map(({ failure, result, detail }) => ({ id: failure.id, kind: failure.kind, result, detail }));
    process.stdout.write(`${JSON.stringify({ results: list, left, stopped: isStopped }, null, 2)}\n`);
  } else {
    const lines = counts.map(({ fitting, text }) => `${formatCount(fitting.length).padStart(6)}  ${text}`);
    if (left > 0) lines.push(`${formatCount(left).padStart(6)}  left, not touched`);
    process.stdout.write(`\n${lines.join("\n") || "nothing to send back"}\n`);
  }
  if (isStopped) throw new CommandError("stopped; run it again for the rest.", { exitStatus: 130 });
  if (left > 0)
    throw new CommandError(`${MAX_KEPT_IN_A_ROW} in a row could not be sent back, so the rest was not tried.`);
  const bad = results.filter(({ result }) => result === "failed-again" || result === "kept").length;
  if (bad > 0) throw new CommandError(`${formatCount(bad)} could not be handled; "failures show ID" says more.`);
}
