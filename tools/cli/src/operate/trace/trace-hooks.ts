import type { LogEntry } from "./log-entry.ts";
import type { Step } from "./step.ts";

/** What a project's stores have under an id. */
export interface Stored {
  /** `subject`: the id names one of what stories are about. `story`: it is a correlation id, under which many may be. */
  readonly kind: "subject" | "story";
  /** Correlation ids under which the subject was handled. */
  readonly correlationIds: readonly string[];
  /** How many subjects a story has; 0 where that is not known. */
  readonly subjects: number;
  /** Of a story of one subject: it has more to tell than that subject's own story does. */
  readonly tellsMore?: boolean;
  /** What it tells beside the lines of the story, which may be about another id than its own. */
  readonly steps: (entries: readonly LogEntry[], about: string) => readonly Step[];
  /** Where it stands, one sentence a line. */
  readonly summary: readonly string[];
  /** What is stored of it, whole, for who wants to see it; may hold personal data. */
  readonly records?: readonly { readonly title: string; readonly value: unknown }[];
}

/** What a project knows of its stories. */
export interface TraceHooks {
  /** What a story is about: the field of a log line that names it, such as `orderId`, and what people call it. */
  readonly subject: { readonly field: string; readonly noun: string };
  /** The services whose log has lines of a story as a whole, rather than of one subject; all, where it is absent. */
  readonly storyServices?: readonly string[];
  /** What is stored under an id, whatever it is; undefined where nothing is. */
  readonly stored: (id: string) => Promise<Stored | undefined>;
  /**
   * The subjects that go by a name which is not unique, looked for where neither a log line nor a store knows it as an id; it may read
   * much.
   */
  readonly called?: (name: string) => Promise<readonly string[]>;
  /** The subject of that id that only a costly search finds; asked for what neither a line, nor a store, nor a failure knows. */
  readonly sought?: (id: string) => Promise<Stored | undefined>;
  /** What a log line of the project's own tells; undefined for one that is told as any other line is, by its message. */
  readonly steps: (entry: LogEntry) => readonly Step[] | undefined;
}
