import { AsyncLocalStorage } from "node:async_hooks";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isProjectFile } from "./project-file.ts";

/** The component that is being made, and where. */
export interface Origin {
  /** Such as `sst:aws:Queue "Jobs"`. */
  readonly component?: string | undefined;
  /** Such as `infra/jobs.ts:22`, relative to the project; the file alone where a component is made after its line has run. */
  readonly place?: string | undefined;
}

/** Thrown where `sst.config.ts` or a file that it imports cannot be evaluated; the message names the file, line and component. */
export class EvaluationError extends Error {
  readonly code = "EVALUATION_FAILED";
  readonly component: string | undefined;
  readonly place: string | undefined;
  /** The message without component and place. */
  readonly reason: string;

  constructor({ component, place }: Origin, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super([place, component, reason].filter((part) => part !== undefined).join(": "), { cause });
    this.reason = reason;
    this.component = component;
    this.place = place;
  }
}

/** Tells what an evaluation does from where in the project's own files; see the functions. */
export interface Origins {
  /**
   * To be called from within the constructor of a component: whatever that sets going, however late it fails, is then told to
   * come from here.
   *
   * @returns the file and line of the project that is making it, where the stack tells
   */
  enter(type: string, name: string): string | undefined;
  /** Runs a call of the program, so that its failure is told to come from the line that calls. */
  call<Result>(run: () => Result): Result;
  /** `error` with all that is known of where it comes from: its own stack, or else the component that set it going. */
  error(error: unknown): EvaluationError;
  /** Remembers where a failure came from that Pulumi will pass on as another error with the same message, elsewhere. */
  remember(error: Error): void;
}

/** A stack frame's file and line; the file may be a URL. */
const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?(?:\/|[A-Za-z]:[/\\])[^()]*?):(\d+):\d+\)?$/;

/** @param root the folder of `sst.config.ts`, to which files are told relative */
export function originsIn(root: string): Origins {
  const origins = new AsyncLocalStorage<Origin>();
  const remembered = new Map<string, EvaluationError>();

  const ownLine = (error: Error): string | undefined => {
    for (const line of error.stack?.split("\n") ?? []) {
      const [, file, number] = frame.exec(line) ?? [];
      if (file === undefined) continue;
      const path = file.startsWith("file:") ? fileURLToPath(file) : file;
      if (isProjectFile(path) && !path.startsWith(import.meta.dirname))
        return `${relative(root, path).replaceAll("\\", "/")}:${number}`;
    }
    return undefined;
  };

  return {
    enter(type, name) {
      const component = `${type} "${name}"`;
      const line = ownLine(new Error("whose stack tells the line"));
      if (line === undefined && !type.startsWith("sst:aws:")) return undefined;
      const origin = origins.getStore();
      // What a component makes of itself, in the line that makes the component.
      if (line !== undefined && line === origin?.place && !type.startsWith("sst:")) return line;
      const file = origin?.place?.replace(/:\d+$/, "");
      origins.enterWith({ component, place: line ?? file });
      return line;
    },
    call(run) {
      const line = ownLine(new Error("whose stack tells the line"));
      const origin = origins.getStore();
      return line === undefined || line === origin?.place ? run() : origins.run({ place: line }, run);
    },
    error(error) {
      if (error instanceof EvaluationError) return error;
      const known = error instanceof Error ? remembered.get(error.message) : undefined;
      if (known !== undefined) return known;
      const origin = origins.getStore() ?? {};
      const line = error instanceof Error ? ownLine(error) : undefined;
      return new EvaluationError(line === undefined || line === origin.place ? origin : { place: line }, error);
    },
    remember(error) {
      remembered.set(error.message, new EvaluationError(origins.getStore() ?? {}, error));
    },
  };
}
