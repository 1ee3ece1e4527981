import type { PutObject } from "@doorbell/console/console-ports";
import type { FileProgress } from "@doorbell/console/protocol";

/** What a project knows that the console shows, all of it optional. */
export interface ConsoleHooks {
  /** How far a file has come that was put into a bucket, up to its receipt; undefined for one of which nothing is written. */
  readonly file?: (object: PutObject) => Promise<FileProgress | undefined>;
}
