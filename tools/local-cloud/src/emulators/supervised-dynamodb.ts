import { DynamoDbLocalFailed, startDynamoDbLocal } from "./dynamodb-local.ts";

/*
 * States of DynamoDB Local and what leaves each:
 *
 *   running ──it ended by itself──▶ restarting ──it answers──▶ running
 *                                   restarting ──its tables were in memory, or too many ends in a row──▶ failed
 */

/** A DynamoDB Local that is started again when it ends by itself. */
export interface SupervisedDynamoDb {
  /** `http://127.0.0.1:PORT` of the process that runs now; another one after a restart. While none runs, nobody listens there. */
  readonly url: string;
  status(): DynamoDbStatus;
  /** Aborted when it cannot go on; the reason is a DynamoDbLocalFailed. */
  readonly failed: AbortSignal;
  /** Calls `listener` whenever the state has changed. */
  onChange(listener: () => void): void;
  /** Ends it, in whatever state. */
  stop(): Promise<void>;
}

/** Whether DynamoDB Local answers. */
export interface DynamoDbStatus {
  readonly state: "running" | "restarting" | "failed";
  /** How often it was started again. */
  readonly restarts: number;
  /** In a sentence, why it does not run now; absent when it does. */
  readonly problem?: string;
}

/** So many ends within this time, and it is not started again. */
const ENDS = { most: 3, withinMs: 60_000 };

/**
 * Starts DynamoDB Local and keeps it running. When it ends by itself, `notice` is told in one sentence, and it is started again on
 * `dataDir`: every write that was answered is there, and its streams go on. Without `dataDir` its tables are gone, so it has
 * failed at once; else when it ended three times within a minute.
 *
 * @throws JavaMissing, DynamoDbLocalFailed at the first start
 */
export async function superviseDynamoDb(options: {
  readonly dataDir?: string;
  readonly notice: (sentence: string) => void;
}): Promise<SupervisedDynamoDb> {
  const { dataDir, notice } = options;
  const stopping = new AbortController();
  const failed = new AbortController();
  const listeners = new Set<() => void>();
  const endedAt: number[] = [];
  let current = await startDynamoDbLocal(options);
  let status: DynamoDbStatus = { state: "running", restarts: 0 };
  let restarting: Promise<void> | undefined;

  function become(next: DynamoDbStatus): void {
    status = next;
    for (const listener of listeners) listener();
  }

  function fail(what: string, output: string): void {
    const reason = new DynamoDbLocalFailed(what, output);
    become({ ...status, state: "failed", problem: reason.message });
    failed.abort(reason);
  }

  function tooManyEnds(): boolean {
    endedAt.push(performance.now());
    const since = performance.now() - ENDS.withinMs;
    return endedAt.filter((at) => at >= since).length >= ENDS.most;
  }

  /** Starts it until it answers, or fails. */
  async function restart(end: DynamoDbLocalFailed): Promise<void> {
    if (dataDir === undefined)
      return fail(`${end.what}, and its tables, which were in memory, are gone with it`, end.output);
    const { restarts } = status;
    while (!stopping.signal.aborted) {
      if (tooManyEnds()) {
        const times = `${ENDS.most} times within ${ENDS.withinMs / 1000} s`;
        return fail(`ended ${times} and is not started again; the last time it ${end.what}`, end.output);
      }
      const problem = `DynamoDB Local ${end.what}; it is started again on its data in ${dataDir}.`;
      notice(problem);
      become({ state: "restarting", restarts, problem });
      try {
        current = await startDynamoDbLocal({ dataDir, signal: stopping.signal });
      } catch (error) {
        end =
          error instanceof DynamoDbLocalFailed ? error : new DynamoDbLocalFailed("could not be started", String(error));
        continue;
      }
      void watch();
      return become({ state: "running", restarts: restarts + 1 });
    }
  }

  async function watch(): Promise<void> {
    const end = await current.ended;
    restarting = restart(end);
    await restarting;
  }

  void watch();
  return {
    get url() {
      return current.url;
    },
    status: () => status,
    failed: failed.signal,
    onChange: (listener) => void listeners.add(listener),
    async stop() {
      stopping.abort();
      await restarting;
      await current.stop();
    },
  };
}
