import type { ExecutionEnvironment } from "./execution-environment.ts";
import { LambdaStopped } from "../invocation.ts";

/** The execution environments of one function. */
export interface EnvironmentPool {
  /** A warm environment, or a new one while the limit allows it; else waits for one, first come first served. */
  acquire(): Promise<{ readonly environment: ExecutionEnvironment; readonly cold: boolean }>;
  /** Starts a new one in the place of one that ended before it took an invocation. */
  replace(ended: ExecutionEnvironment): Promise<ExecutionEnvironment>;
  /** Gives an environment back: kept warm if it can take another invocation, else forgotten. */
  release(environment: ExecutionEnvironment): void;
  /** Retires every environment: those that run an invocation when it has ended, the others at once. */
  renew(): void;
  readonly size: number;
  /** Kills all; those that wait get {@link LambdaStopped}. */
  stop(): Promise<void>;
}

interface Waiting {
  resolve(environment: ExecutionEnvironment | undefined): void;
  reject(error: Error): void;
}

export interface PoolOptions {
  readonly start: () => Promise<ExecutionEnvironment>;
  readonly limit: number;
  /** An environment unused this long is killed; Infinity for never. */
  readonly idleMs: number;
  /** Whether a new one starts only when those before it are gone, since they share something that only one can have. */
  readonly exclusive?: boolean;
}

/** Creates an empty pool. */
export function createEnvironmentPool(options: PoolOptions): EnvironmentPool {
  /** Each with the generation that it was started in. */
  const all = new Map<ExecutionEnvironment, number>();
  /** Warm ones, the latest used at the end: it goes first, so that those not needed grow old. */
  const warm: { environment: ExecutionEnvironment; since: number }[] = [];
  const waiting: Waiting[] = [];
  const starting = new Set<Promise<unknown>>();
  const ending = new Set<Promise<void>>();
  /** Places taken: environments that live or start. */
  let places = 0;
  let generation = 0;
  let stopped = false;
  let retirement: NodeJS.Timeout | undefined;

  function forget(environment: ExecutionEnvironment): void {
    if (!all.delete(environment)) return;
    places--;
    const gone = environment.kill().finally(() => ending.delete(gone));
    ending.add(gone);
  }

  async function start(): Promise<ExecutionEnvironment> {
    places++;
    const startedIn = generation;
    const before = options.exclusive === true ? Promise.all(ending) : undefined;
    const started = before === undefined ? options.start() : before.then(options.start);
    starting.add(started);
    try {
      const environment = await started;
      all.set(environment, startedIn);
      if (stopped) {
        forget(environment);
        throw new LambdaStopped();
      }
      return environment;
    } catch (error) {
      if (error instanceof LambdaStopped) throw error;
      places--;
      waiting.shift()?.resolve(undefined);
      throw error;
    } finally {
      starting.delete(started);
    }
  }

  function retire(): void {
    retirement = undefined;
    const old = Date.now() - options.idleMs;
    while (warm[0] !== undefined && warm[0].since <= old) {
      const first = warm.shift();
      if (first !== undefined) forget(first.environment);
    }
    planRetirement();
  }

  function planRetirement(): void {
    if (warm[0] === undefined || retirement !== undefined || stopped || options.idleMs === Number.POSITIVE_INFINITY)
      return;
    retirement = setTimeout(retire, Math.max(1, warm[0].since + options.idleMs - Date.now()));
  }

  return {
    get size() {
      return places;
    },
    async acquire() {
      if (stopped) throw new LambdaStopped();
      for (let last = warm.pop(); last !== undefined; last = warm.pop()) {
        if (last.environment.usable) return { environment: last.environment, cold: false };
        forget(last.environment);
      }
      if (places < options.limit) return { environment: await start(), cold: true };
      const handed = await new Promise<ExecutionEnvironment | undefined>((resolve, reject) =>
        waiting.push({ resolve, reject }),
      );
      return handed === undefined ? { environment: await start(), cold: true } : { environment: handed, cold: false };
    },
    replace(ended) {
      forget(ended);
      return start();
    },
    release(environment) {
      if (stopped || !environment.usable || all.get(environment) !== generation) {
        forget(environment);
        waiting.shift()?.resolve(undefined);
        return;
      }
      const next = waiting.shift();
      if (next !== undefined) return next.resolve(environment);
      warm.push({ environment, since: Date.now() });
      planRetirement();
    },
    renew() {
      generation++;
      for (const { environment } of warm.splice(0)) forget(environment);
    },
    async stop() {
      stopped = true;
      clearTimeout(retirement);
      for (const one of waiting.splice(0)) one.reject(new LambdaStopped());
      for (const environment of all.keys()) forget(environment);
      // What still starts is killed by start() itself, in the turn after it is there.
      await Promise.allSettled(starting);
      await Promise.all(ending);
    },
  };
}
