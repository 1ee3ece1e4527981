import { setTimeout as delay } from "node:timers/promises";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { formatCount, formatSeconds } from "@doorbell/cli/table";

const terminalEveryMs = 150;
const pipeEveryMs = 5_000;

/**
 * Does `work`, and meanwhile shows what flows: records that the queue and the stream have delivered, and messages that wait. On a
 * terminal it is one line drawn again and again, elsewhere a line every five seconds; the last state is always shown.
 */
export async function withProgress(
  cloud: LocalCloud,
  say: (text: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const terminal = process.stdout.isTTY;
  const started = performance.now();
  const before = await flow(cloud);
  const line = async (): Promise<string> => {
    const now = await flow(cloud);
    const orders = formatCount(now.orders - before.orders);
    const changes = formatCount(now.changes - before.changes);
    const waiting = formatCount(now.waiting);
    return `   orders ${orders}   changes audited ${changes}   waiting ${waiting}   ${formatSeconds(performance.now() - started)}`;
  };
  const over = new AbortController();
  const settled = work().finally(() => over.abort());
  settled.catch(() => {});
  while (!over.signal.aborted) {
    await delay(terminal ? terminalEveryMs : pipeEveryMs, undefined, { signal: over.signal }).catch(() => {});
    if (terminal) process.stdout.write(`\r${await line()}\u001B[K`);
    else say(await line());
  }
  if (terminal) process.stdout.write("\n");
  await settled;
}

/** Order events and stream records delivered so far, and messages not yet received. */
async function flow(cloud: LocalCloud): Promise<{ orders: number; changes: number; waiting: number }> {
  const { mappings, queues } = await cloud.status();
  const delivered = (kind: string): number =>
    mappings.filter((mapping) => mapping.kind === kind).reduce((sum, { records }) => sum + records, 0);
  const waiting = queues.reduce((sum, { visible }) => sum + visible, 0);
  return { orders: delivered("sqs"), changes: delivered("dynamodb"), waiting };
}
