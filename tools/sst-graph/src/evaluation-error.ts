import { AsyncLocalStorage } from "node:async_hooks";

/** The component that is being made, and where. */
interface Origin {
  /** Such as `sst:aws:Queue "Orders"`. */
  readonly component?: string;
  /** Such as `infra/orders.ts:22`; the file alone where a component is made after its line has run. */
  readonly place?: string;
}

/** Thrown where `sst.config.ts` or a file of `infra/` cannot be evaluated; the message names the file, line and component. */
export class EvaluationError extends Error {
  readonly code = "EVALUATION_FAILED";
  readonly component: string | undefined;
  readonly place: string | undefined;

  constructor({ component, place }: Origin, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super([place, component, reason].filter((part) => part !== undefined).join(": "), { cause });
    this.component = component;
    this.place = place;
  }
}

const origins = new AsyncLocalStorage<Origin>();

/** A stack frame in the configuration's own files. */
const ownFrame = /[/\\( ]((?:sst\.config|infra[/\\][\w.-]+)\.ts:\d+):\d+/;

/**
 * To be called from within the constructor of a component: whatever that sets going, however late it fails, is then told to
 * come from here.
 */
export function enterComponent(type: string, name: string): void {
  const component = `${type} "${name}"`;
  const line = ownLine(new Error("whose stack tells the line"));
  if (line === undefined && !type.startsWith("sst:aws:")) return;
  const file = origins.getStore()?.place?.replace(/:\d+$/, "");
  const place = line ?? file;
  origins.enterWith({ component, ...(place !== undefined && { place }) });
}

/** `error` with all that is known of where it comes from: its own stack, or else the component that set it going. */
export function evaluationError(error: unknown): EvaluationError {
  if (error instanceof EvaluationError) return error;
  const origin = origins.getStore() ?? {};
  const line = error instanceof Error ? ownLine(error) : undefined;
  return new EvaluationError(line === undefined || line === origin.place ? origin : { place: line }, error);
}

function ownLine(error: Error): string | undefined {
  return ownFrame.exec(error.stack ?? "")?.[1]?.replaceAll("\\", "/");
}
