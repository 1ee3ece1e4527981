import type { ContentStories } from "./failure-hooks.ts";

/** One thing that failed, as people and programs see it. Times are ISO 8601; what a place does not tell is absent. */
export interface Failure {
  /** The same at every look: a message id, or a hash of the object's key. */
  readonly id: string;
  /** A `FailureKind`, or the project's name of it. */
  readonly kind: string;
  /** For people, such as `orders DLQ`; each place has its own. */
  readonly place: string;
  /** What failed, such as `order A` or `3 records`. */
  readonly what: string;
  readonly reason: string;
  readonly attempts?: number;
  /** When it was first sent or tried. */
  readonly firstAt?: string;
  /** When it failed for good. */
  readonly lastAt?: string;
  /** What else is known, by name: ids to follow it by, the object's key. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What is known once a failure was sent back. Only `failed-again` leaves it where it lies. */
export type Sent =
  /** Accepted, under this id; the outcome shows later. */
  | { readonly kind: "sent"; readonly deliveryId: string | undefined }
  /** The service has answered that it is done. */
  | { readonly kind: "handled"; readonly detail?: string }
  | { readonly kind: "failed-again"; readonly detail: string };

/** A failure in its place. In a queue it is hidden from others as long as the listing goes on. */
export interface FoundFailure {
  readonly failure: Failure;
  /** What is sent back, to the letter. */
  readonly content: string;
  /** The message id or request id that what failed had when it was sent, where the place tells: contents may be equal, this is not. */
  readonly deliveryId?: string | undefined;
  /** Whether the service has done it already, read from what the service writes; false too where that cannot be told. */
  isDone(): Promise<boolean>;
  /**
   * Sends it back where it belongs, or `edited` in the place of its content. May be repeated: every service does the same thing once.
   * @throws NotSendable
   */
  send(edited?: string): Promise<Sent>;
  /** Takes it out of its place; called only after it was sent. */
  remove(): Promise<void>;
}

/** A place where failures end. */
export interface FailureSource {
  readonly place: string;
  /** What can lie there. */
  readonly kinds: readonly string[];
  /** Whose stories a content is part of, where the project says so. */
  readonly stories?: (content: string) => ContentStories;
  /** Every failure there once, none taken out. Whoever breaks off gives back what was hidden. */
  failures(): AsyncIterable<FoundFailure>;
  /** How many are hidden at the moment by someone else's look, about. They come back by themselves. */
  hidden(): Promise<number>;
}

/** There is nothing in it that could be sent back; a person has to look. */
export class NotSendable extends Error {
  readonly code = "NOT_SENDABLE";
  readonly why: string;

  constructor(why: string) {
    super(`Cannot be sent back: ${why}`);
    this.name = "NotSendable";
    this.why = why;
  }
}
