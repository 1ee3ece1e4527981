import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dynamoDbLocalFolder } from "./dynamodb-folder.ts";
import { keepStreamSequence } from "./stream-sequence.ts";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

/** A running DynamoDB Local. */
export interface DynamoDbLocal {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Resolves when the process ends by itself, with how it did; never after `stop`. */
  readonly ended: Promise<DynamoDbLocalFailed>;
  /** Ends the process and waits until it is gone; may be called twice. */
  stop(): Promise<void>;
}

const REMEDY =
  "install Java 11 or later (for instance from adoptium.net), or name a DynamoDB Local that runs elsewhere with --dynamodb-endpoint URL";

/** There is no Java to run DynamoDB Local, or it is older than 11. */
export class JavaMissing extends Error {
  readonly code = "JAVA_MISSING";
  constructor(found: "without Java" | "on a Java older than 11", options?: ErrorOptions) {
    super(`DynamoDB Local does not run ${found}: ${REMEDY}.`, options);
    this.name = "JavaMissing";
  }
}

/** DynamoDB Local did not answer in time, or it ended by itself. */
export class DynamoDbLocalFailed extends Error {
  readonly code = "DYNAMODB_LOCAL_FAILED";
  /** What it did, as in "ended with status 1". */
  readonly what: string;
  /** The last lines that it wrote. */
  readonly output: string;
  constructor(what: string, output: string) {
    super(`DynamoDB Local ${what}${output === "" ? "." : `: ${output}`}`);
    this.name = "DynamoDbLocalFailed";
    this.what = what;
    this.output = output;
  }
}

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const OUTPUT_KEPT = 2_000;

/**
 * The collector without threads of its own, a young generation that holds many requests, and the first compiler alone: a local
 * cloud seldom lives long enough to earn back what the second one spends. Measured on two cores: half the processor time to start,
 * a third less for 15,000 inserts.
 */
const JVM_FLAGS = ["-XX:+UseSerialGC", "-Xmn192m", "-XX:TieredStopAtLevel=1"];

const launcherFolder = fileURLToPath(new URL("../../dynamodb-local", import.meta.url));

/**
 * Starts DynamoDB Local on a free port of 127.0.0.1, in memory or in the folder `dataDir`, which exists; all credentials and
 * regions see the same tables. It ends with this process, however that ends. `signal` ends a start that is still under way.
 * @throws JavaMissing, DynamoDbLocalMissing, DynamoDbLocalFailed
 */
export async function startDynamoDbLocal(
  options: { readonly dataDir?: string; readonly signal?: AbortSignal } = {},
): Promise<DynamoDbLocal> {
  const emulator = await dynamoDbLocalFolder();
  const library = join(emulator, "DynamoDBLocal_lib");
  if (options.dataDir !== undefined) prepareData(options.dataDir);
  const child = spawn(
    "java",
    [
      ...JVM_FLAGS,
      `-Djava.library.path=${library}`,
      "-cp",
      [launcherFolder, join(emulator, "DynamoDBLocal.jar"), join(library, "*")].join(delimiter),
      "LoopbackDynamoDB",
      ...(options.dataDir === undefined ? ["-inMemory"] : ["-dbPath", options.dataDir]),
      "-sharedDb",
    ],
    // Its own process group: Ctrl-C in a terminal must reach us first. It goes when its standard input closes.
    {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      windowsHide: true,
      // No usage reports, and no file in the working folder that identifies the installation for them.
      env: { ...process.env, DDB_LOCAL_TELEMETRY: "0" },
    },
  );
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  // Writing to a child that is gone is no failure of its own: its exit is reported.
  child.stdin.on("error", () => undefined);

  const output = createOutput();
  output.keep(child.stderr);
  const kill = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", kill);
  if (options.signal?.aborted) kill();
  try {
    const port = await portOf(child, child.stdout, output);
    // What it prints at a start says nothing. A Java virtual machine that crashes writes on standard output, too.
    output.keep(child.stdout);
    let asked = false;
    const ended = new Promise<DynamoDbLocalFailed>((resolve) => {
      child.once("close", (exit, signal) => {
        // Killed from outside it had no time to say why, and what it wrote before would mislead.
        if (!asked) resolve(new DynamoDbLocalFailed(wayOut(exit, signal), signal === "SIGKILL" ? "" : output.end()));
      });
    });
    return {
      url: `http://127.0.0.1:${port}`,
      ended,
      stop() {
        asked = true;
        return end(child, exited);
      },
    };
  } catch (error) {
    await end(child, exited);
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", kill);
  }
}

function prepareData(dataDir: string): void {
  try {
    keepStreamSequence(dataDir);
  } catch (error) {
    throw new DynamoDbLocalFailed(`cannot use its data in ${dataDir}`, error instanceof Error ? error.message : "");
  }
}

/** The end of what a process writes. */
interface Output {
  /** From now on what comes on this stream, too. */
  keep(stream: Readable): void;
  end(): string;
}

function createOutput(): Output {
  let written = "";
  return {
    keep(stream) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        written = (written + text).slice(-OUTPUT_KEPT);
      });
    },
    end: () => written.trim(),
  };
}

function wayOut(exit: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with status ${exit ?? "unknown"}` : `was ended by ${signal}`;
}

function portOf(child: ChildProcess, stdout: Readable, output: Output): Promise<number> {
  return new Promise((resolve, reject) => {
    let written = "";
    const limit = setTimeout(() => {
      reject(new DynamoDbLocalFailed(`was not ready within ${READY_LIMIT_MS / 1000} s`, output.end()));
    }, READY_LIMIT_MS);
    const settle = (act: () => void) => {
      clearTimeout(limit);
      act();
    };
    stdout.setEncoding("utf8").on("data", (text: string) => {
      written = (written + text).slice(-OUTPUT_KEPT);
      const port = /^port (\d+)$/m.exec(written)?.[1];
      if (port !== undefined) settle(() => resolve(Number(port)));
    });
    child.once("error", (cause) => settle(() => reject(new JavaMissing("without Java", { cause }))));
    child.once("close", (exit, signal) => settle(() => reject(failure(wayOut(exit, signal), output.end()))));
  });
}

/** What an early end means. macOS has a `java` that only says there is none. */
function failure(way: string, complaint: string): Error {
  if (complaint.includes("UnsupportedClassVersionError")) return new JavaMissing("on a Java older than 11");
  if (complaint.includes("Unable to locate a Java Runtime")) return new JavaMissing("without Java");
  return new DynamoDbLocalFailed(`${way} before it was ready`, complaint);
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end();
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await exited;
  clearTimeout(kill);
}
