import type { Readable } from "node:stream";
import type { FaultPlan } from "@doorbell/local-cloud/faults/fault-plan";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import type { FailureDetail, FailureRow, FileProgress, RedriveResult, Story } from "./protocol.ts";

/** The running local cloud, as much of it as the console reads and turns. */
export type ConsoleCloud = Pick<LocalCloud, "endpoint" | "graph" | "status" | "faults"> & {
  readonly lambda: Pick<LocalCloud["lambda"], "invoke" | "invokeAsync" | "logEntries" | "onInvocation">;
};

/** What failed for good. */
export interface FailuresPort {
  /** All of them, the latest first. */
  list(): Promise<readonly FailureRow[]>;
  /** Undefined where it is not there any more. */
  show(id: string): Promise<FailureDetail | undefined>;
  /** Sends them back, one after the other; `edited` goes in the place of what one of them holds. On abort the one under way is finished. */
  redrive(
    ids: readonly string[],
    options: {
      readonly edited?: string;
      readonly signal: AbortSignal;
      readonly onResult: (result: RedriveResult) => void;
    },
  ): Promise<void>;
}

/** What is known of one id, but for what the console knows itself. */
export type ToldStory = Pick<Story, "summary" | "steps" | "records">;

export interface StoriesPort {
  /** What stories are about, where the project says so. */
  noun(): Promise<string | undefined>;
  /** Undefined where nothing knows the id. */
  tell(id: string): Promise<ToldStory | undefined>;
}

/** An object that was put. */
export interface PutObject {
  readonly bucket: string;
  readonly key: string;
  /** Without quotation marks. */
  readonly eTag: string;
  readonly versionId?: string;
}

/** What the console puts into the local cloud. */
export interface SendersPort {
  /** @throws where the bucket is unknown, or the body ends early */
  putObject(object: {
    readonly bucket: string;
    readonly key: string;
    readonly body: Readable;
    readonly bytes: number;
  }): Promise<PutObject>;
  /** What has come of it so far; undefined where the project has no way to tell. */
  follow(object: PutObject): Promise<FileProgress | undefined>;
  sendMessage(message: {
    readonly queue: string;
    readonly body: string;
    readonly groupId?: string;
  }): Promise<{ readonly messageId: string }>;
  samples(): Promise<readonly string[]>;
  /** A Lambda event. @throws where there is none of that name */
  sample(name: string, seed: number): Promise<unknown>;
}

/** Everything that the console shows and does. */
export interface ConsolePorts {
  readonly cloud: ConsoleCloud;
  readonly timeScale: number;
  /** With which the local cloud was booted. */
  readonly faults?: FaultPlan;
  readonly failures: FailuresPort;
  readonly stories: StoriesPort;
  readonly senders: SendersPort;
}

/** As much of a graph as the picture is drawn from. */
export type PictureGraph = Pick<
  Graph,
  | "functions"
  | "queues"
  | "tables"
  | "buckets"
  | "topics"
  | "subscriptions"
  | "rules"
  | "notifications"
  | "mappings"
  | "functionUrls"
  | "httpApis"
>;
