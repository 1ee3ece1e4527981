import type { CloudStatus } from "./cloud-status.ts";
import type { FaultPlan } from "./faults/fault-plan.ts";
import type { Graph } from "./graph/graph.ts";
import type { InspectOptions } from "./lambda/lambda-options.ts";
import type { LambdaService } from "./lambda/lambda-service.ts";
import type { Project, ProjectOptions } from "./open-project.ts";
import type { LocalResource } from "./resource.ts";

/** What a local cloud boots from, and how. */
export interface LocalCloudOptions extends ProjectOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /**
   * A folder that keeps everything over restarts; without one it all lives in memory. One local cloud at a time may use it. It is
   * made where it is missing, kept from other users (mode 0700, files 0600), and compacted at each boot.
   */
  readonly stateDir?: string;
  /** A DynamoDB Local that runs already, instead of one of our own. */
  readonly dynamodbEndpoint?: string;
  /** Factor on AWS's waits of a second and more (retries, windows, ages, rates); 1 by default. */
  readonly timeScale?: number;
  /** Reloads a function when one of its sources changes; what is in flight ends with the old code. */
  readonly watch?: boolean;
  /** Opens Node's inspector in a function. */
  readonly inspect?: InspectOptions;
  /** What goes wrong on purpose, seen by handlers and event sources, never by clients outside. */
  readonly faults?: FaultPlan;
  /** Told, in a sentence, of what its owner should know; written to standard error by default. */
  readonly notice?: (sentence: string) => void;
}

/** A running local cloud. */
export interface LocalCloud {
  /** `http://127.0.0.1:PORT`, for every service. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Endpoint, region, credentials and the names of all resources, as `doorbell env` prints them. */
  readonly environment: Readonly<Record<string, string>>;
  /** The project that it was booted from. */
  readonly project: Project;
  /** The project's graph as it was read, without what is not run here. */
  readonly graph: Graph;
  readonly lambda: LambdaService;
  /** What the project's `run()` returns, with local URLs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /**
   * The resource that a component of the project makes, such as `cloud.resource("MyQueue").url`. Where components of two types
   * share a name, `type` says which.
   * @throws ResourceNotFound
   */
  resource(component: string, type?: LocalResource["type"]): LocalResource;
  /** Fires a schedule now, a disabled one too, by the name of its component or of its rule. @throws ResourceNotFound */
  tick(schedule: string): void;
  status(): Promise<CloudStatus>;
  /**
   * Has another fault plan decide from now on, or none without one. The plan begins as if it had been there from the boot. Clocks
   * are off in execution environments that start later.
   *
   *     cloud.faults({ seed: 7, duplicates: 0.5, crashes: 0.1 });
   *
   * @throws InvalidFaultPlan
   */
  faults(plan?: FaultPlan): void;
  /**
   * Returns when no message lies in a queue that has an enabled mapping and no event or stream record is left to handle.
   * 30 s by default.
   * @throws NotIdle; DynamoDbLocalFailed once `failed` is aborted
   */
  waitUntilIdle(timeoutMs?: number): Promise<void>;
  /**
   * Tries an assertion again and again until it does not throw, and returns what it gives. Gives up once nothing is left to do,
   * since nothing can change after that (unless something has a schedule), and after `timeoutMs`, 30 s by default.
   *
   *     await cloud.eventually(async () => expect(await stored("order-1")).toMatchObject({ status: "placed" }));
   *
   * @throws NeverHeld, with what the assertion threw last
   */
  eventually<Result>(assertion: () => Result | Promise<Result>, timeoutMs?: number): Promise<Result>;
  /**
   * Aborted when the local cloud cannot go on, with a DynamoDbLocalFailed as reason: DynamoDB Local ended by itself, and its tables
   * were in memory, or it had ended three times within a minute. Requests to DynamoDB are then refused with
   * `InternalServerError`, and nothing is idle any more; all that is left to do is `stop`.
   */
  readonly failed: AbortSignal;
  /** Ends every process, listener and timer; may be called twice. */
  stop(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
