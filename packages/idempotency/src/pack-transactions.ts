import { itemName } from "./item-name.ts";
import { type ItemWrite, MAX_TRANSACTION_WRITES, type Store, type TransactResult } from "./store.ts";

interface Job {
  readonly position: number;
  readonly writes: readonly ItemWrite[];
  readonly names: readonly string[];
  /** Its writes can spoil a call for others: it goes alone. */
  alone: boolean;
}

/**
 * Applies several transactions, each whole or not at all, in as few calls as their sizes allow, in parallel, and answers
 * each as if it had been alone. Transactions that change one item happen in the order given, in one call after another.
 *
 * A cancelled call is taken apart by its reasons: those of its transactions whose guards did not hold are answered so, the
 * others go again at once. One that fails for good is repeated transaction by transaction, since any one of them may be
 * the cause (access denied to one table, more than 4 MB together). Every try costs its write units, a cancelled one too
 * (AWS: TransactWriteItems).
 */
export async function packTransactions(
  store: Store,
  transactions: readonly (readonly ItemWrite[])[],
): Promise<readonly TransactResult[]> {
  const results: TransactResult[] = [];
  let open = transactions.map((writes, position): Job => {
    return { position, writes, names: writes.map(itemName), alone: false };
  });
  while (open.length > 0) {
    await Promise.all(
      callsOf(open).map(async (call) => settleCall(call, await store.transact(writesOf(call)), results)),
    );
    open = open.filter(({ position }) => results[position] === undefined);
  }
  return results;
}

/** What goes into calls now: whatever changes no item that an earlier transaction still has to change. */
function callsOf(open: readonly Job[]): Job[][] {
  const calls: Job[][] = [];
  const taken = new Set<string>();
  let room = 0;
  for (const job of open) {
    const free = job.names.every((name) => !taken.has(name));
    for (const name of job.names) taken.add(name);
    if (!free) continue;
    const call = calls.at(-1);
    if (call === undefined || job.alone || job.writes.length > room) {
      calls.push([job]);
      room = job.alone ? 0 : MAX_TRANSACTION_WRITES - job.writes.length;
    } else {
      call.push(job);
      room -= job.writes.length;
    }
  }
  return calls;
}

function settleCall(call: readonly Job[], result: TransactResult, results: TransactResult[]): void {
  if (result.kind === "failed" && call.length > 1) {
    for (const job of call) job.alone = true;
    return;
  }
  let from = 0;
  for (const { position, writes } of call) {
    const first = from;
    from += writes.length;
    if (result.kind !== "condition-failed") {
      results[position] = result;
      continue;
    }
    const positions = result.positions.filter((at) => at >= first && at < from).map((at) => at - first);
    if (positions.length > 0) results[position] = { kind: "condition-failed", positions };
  }
}

function writesOf(call: readonly Job[]): readonly ItemWrite[] {
  return call.flatMap(({ writes }) => writes);
}
