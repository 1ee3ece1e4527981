import type { FailureKind } from "./failure-kind.ts";
import type { FailurePlace } from "./failure-places.ts";

/**
 * What a project knows of the failures in one queue or bucket, all of it optional: the default words are general ones. `content` is
 * what would be sent back, to the letter: a message's body or a function's event.
 */
export interface FailureHooks {
  /** What people call the place, such as `orders DLQ`. */
  readonly place?: string;
  /** The project's own names of kinds. */
  readonly kinds?: Readonly<Partial<Record<FailureKind, string>>>;
  /** What the content is about, such as `order A`; undefined where it does not say. */
  readonly about?: (content: string) => string | undefined;
  /** Whose stories the content is part of, for `trace`; nobody's, where it is left out. */
  readonly stories?: (content: string) => ContentStories;
  /** Whether the service has done already what the content asks for, read from what the service writes. False where that cannot be told. */
  readonly isDone?: (content: string) => Promise<boolean>;
}

/** The stories that a content is part of, by the ids that `TraceHooks` knows them by. */
export interface ContentStories {
  /** What stories are about, such as `acme/A-1`. */
  readonly subjects: readonly string[];
  /** Ids under which several subjects are handled together. */
  readonly correlationIds: readonly string[];
}

/** What is said of the failures of one place: the hooks, with words for all that they leave out. */
export interface PlaceWords {
  readonly place: string;
  readonly kind: (kind: FailureKind) => string;
  readonly about: (content: string) => string | undefined;
}

/** The words of a place: `queue OrdersDlq` where the project has no name for it. */
export function placeWords(place: Pick<FailurePlace, "type" | "component">, hooks: FailureHooks = {}): PlaceWords {
  return {
    place: hooks.place ?? `${place.type} ${place.component}`,
    kind: (kind) => hooks.kinds?.[kind] ?? kind,
    about: (content) => hooks.about?.(content),
  };
}

/** The kinds of failures that can lie in a place. */
export function kindsOf(
  { type, deadLettersOf, eventsOf, batchesOf, deliveriesOf }: FailurePlace,
  { kind }: Pick<PlaceWords, "kind">,
): readonly string[] {
  const kinds: FailureKind[] = [];
  if (deadLettersOf.length > 0) kinds.push("message-rejected", "message-exhausted");
  if (batchesOf.length > 0) kinds.push(...(type === "bucket" ? (["record-rejected"] as const) : []), "batch-exhausted");
  if (eventsOf.length > 0) kinds.push("event-exhausted");
  if (deliveriesOf.length > 0) kinds.push("delivery-exhausted");
  return kinds.map(kind);
}
