import type { LambdaContext } from "@doorbell/logger/log";
import { CALL_FAULTS, END_FAULTS, type Fate } from "./fate.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What a worker calls. An outage takes one of them away from everybody. */
export type Service = "dynamodb" | "sqs" | "s3";

/** Between these times, milliseconds since 1970, a service does nothing: it refuses, or does not answer. */
export interface Outage {
  readonly service: Service;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What all workers of a run share. */
export interface World {
  readonly time: VirtualTime;
  readonly fate: Fate;
  readonly outages: readonly Outage[];
  readonly counts: { crashes: number; deliveries: number; duplicates: number; timeouts: number };
}

/** What a caller makes of a call that did not go well: refused whole, refused in part (the rest is done), or not answered. */
export interface Answers<T> {
  readonly refused: () => T;
  readonly partial?: () => Promise<T>;
  readonly unanswered: () => T;
  /** Of a call that the client made twice, since the first answer did not come. */
  readonly again?: () => Promise<T>;
}

/** How an invocation ended, as its event source hears of it. A worker that crashed or ran out of time says nothing. */
export type Ended<Result> =
  | { readonly kind: "answered"; readonly result: Result }
  | { readonly kind: "failed"; readonly error: unknown };

/** Two clocks are never further apart than a second, the margin that leases allow for. */
const MAX_SKEW_MS = 480;
/** Calls take so long at least, and a few times that at most. */
const LATENCY_MS = 4;
/** The client gives a call up after this time (`CALL_LIMITS` of aws-client). */
const CALL_LIMIT_MS = 4_000;

/** One execution environment: what it calls, and what goes wrong there. Dead, it goes on in vain: none of its calls begins or ends. */
export class Worker {
  readonly name: string;
  readonly died = Promise.withResolvers<never>();
  readonly #world: World;
  #calls = 0;
  #isDead = false;

  constructor(world: World, name: string) {
    this.name = name;
    this.#world = world;
    this.died.promise.catch(() => {}); // whoever waits for it hears of it
  }

  kill(why: "crash" | "timeout"): void {
    if (this.#isDead) return;
    this.#isDead = true;
    if (why === "crash") this.#world.counts.crashes += 1;
    else this.#world.counts.timeouts += 1;
    this.died.reject(new Error(`The worker ended: ${why}`));
  }

  /** A call of a service, at the mercy of the run's fate. `act` happens at once and as a whole. */
  async call<T>(service: Service, act: () => Promise<T>, answers: Answers<T>): Promise<T> {
    const { time, fate } = this.#world;
    const at = `${this.name}/${(this.#calls += 1)}`;
    await this.#pass(LATENCY_MS * (1 + 4 * fate.drawAt(`${at} latency`)));
    if (this.#isOut(service)) {
      if (fate.drawAt(`${at} outage`) < 0.5) return answers.refused();
      await this.#pass(CALL_LIMIT_MS);
      return answers.unanswered();
    }
    const fault = fate.faultAt(at, CALL_FAULTS);
    switch (fault?.kind) {
      case "throttled":
        return answers.refused();
      case "partial":
        return answers.partial === undefined ? answers.refused() : answers.partial();
      case "lost":
        await act();
        await this.#pass(CALL_LIMIT_MS);
        return answers.unanswered();
      case "retried":
        if (answers.again === undefined) break;
        await act();
        await this.#pass(CALL_LIMIT_MS);
        return answers.again();
      case "late":
        // It was on its way, whatever has become of the worker, and nobody hears how it ends.
        time.after(fault.ms, () => void act().catch(() => {}));
        await this.#pass(CALL_LIMIT_MS);
        return answers.unanswered();
      case "held-request":
        await this.#pass(fault.ms);
        break;
      case "held-answer": {
        const result = await act();
        await this.#pass(fault.ms);
        return result;
      }
      case "crash-before":
        this.kill("crash");
        break;
      case "crash-after":
        await act();
        this.kill("crash");
        break;
      default:
    }
    await this.#pass(0);
    const result = await act();
    await this.#pass(LATENCY_MS);
    return result;
  }

  #isOut(service: Service): boolean {
    const now = this.#world.time.now();
    return this.#world.outages.some((out) => out.service === service && out.fromMs <= now && now < out.untilMs);
  }

  /** Waits; for ever where the worker is dead by then. */
  async #pass(ms: number): Promise<void> {
    if (ms > 0) await this.#world.time.sleep(ms);
    if (this.#isDead) await new Promise<never>(() => {});
  }
}

/** Invokes a function in an environment of its own, and ends that when the function's time is up. */
export async function invoke<Result>(
  world: World,
  {
    name,
    functionName,
    timeoutMs,
  }: { readonly name: string; readonly functionName: string; readonly timeoutMs: number },
  handle: (worker: Worker, context: LambdaContext) => Promise<Result>,
): Promise<Ended<Result>> {
  const { time, fate } = world;
  const worker = new Worker(world, name);
  const endsAt = time.now() + timeoutMs;
  time.after(timeoutMs, () => (isOver ? undefined : worker.kill("timeout")));
  let isOver = false;
  const context = { awsRequestId: name, functionName, getRemainingTimeInMillis: () => endsAt - time.now() };
  const skewMs = Math.floor((fate.drawAt(`${name} skew`) * 2 - 1) * MAX_SKEW_MS);
  try {
    const run = time.withSkew(skewMs, async () => handle(worker, context));
    const result = await Promise.race([run, worker.died.promise]);
    isOver = true;
    if (fate.faultAt(`${name}/end`, END_FAULTS) === undefined) return { kind: "answered", result };
    worker.kill("crash");
    return { kind: "failed", error: new Error("The worker ended after its work") };
  } catch (error) {
    isOver = true;
    return { kind: "failed", error };
  }
}
