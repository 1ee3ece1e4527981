import type { DatabaseSync } from "node:sqlite";
import type { FunctionDefinition } from "../graph/graph.ts";
import type { KeptFigures } from "../kept-figures.ts";
import type { LogStore } from "./logs/log-store.ts";
import type { DestinationPorts } from "./asynchronous/async-destination.ts";

/** Which function to debug, and the port of 127.0.0.1 for the debugger; with 0 each environment takes a free one and logs it. */
export interface InspectOptions {
  readonly functionName: string;
  readonly port: number;
}

/** What the Lambda service needs from the rest of the local cloud. */
export interface LambdaServiceOptions extends DestinationPorts {
  readonly functions: readonly FunctionDefinition[];
  /** The repository root: handler paths are relative to it. */
  readonly root: string;
  /** Bundles are kept here. */
  readonly cacheDir: string;
  /** Endpoint, region and credentials for the handlers; asked at each cold start, for the environment that starts. */
  readonly environment: (started: {
    readonly functionName: string;
    /** `kill -9` of it. */
    kill(): void;
  }) => Readonly<Record<string, string>>;
  readonly state: DatabaseSync;
  /** Keeps logs and figures over restarts, in `state`. */
  readonly kept?: { readonly logs: LogStore; readonly figures: KeptFigures };
  /** Factor on the waits between asynchronous retries and on the event age; 1 is AWS's. */
  readonly timeScale: number;
  /** Processes per function at most; further invocations wait for one. 10 by default. */
  readonly environmentsPerFunction?: number;
  /** An environment unused this long is retired. Five minutes by default. */
  readonly environmentIdleMs?: number;
  /** Limit of the init phase; 10 s by default, as on AWS. */
  readonly initTimeoutMs?: number;
  /** Settles when the endpoint answers: events that an earlier process left run from then on, at once without it. */
  readonly ready?: Promise<unknown>;
  /** Bundles a function anew when one of its sources changes; what is in flight ends with the old code. */
  readonly watch?: boolean;
  /** Opens Node's inspector in this function, whose limits of time and memory are off then. */
  readonly inspect?: InspectOptions;
  /** Command of another runtime client, such as AWS's own; this package's loop by default. */
  readonly runtime?: readonly string[];
}
