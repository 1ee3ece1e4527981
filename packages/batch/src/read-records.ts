import type { ParsedBatch, Issue, ParsedRecord } from "@doorbell/aws-events/parsed";
import { loggableReason } from "./reason.ts";

/** A record that will not be retried, as Lambda delivered it: sending `raw` back is a plain redelivery. */
export interface RejectedRecord {
  /** The id its event source knows it by: message id, sequence number. */
  readonly id: string;
  readonly raw: unknown;
}

/** A record of an event: parsed, or why it could not be. */
export type ReadRecord<R> = RejectedRecord &
  ({ readonly ok: true; readonly value: R } | { readonly ok: false; readonly reason: string });

/**
 * The records of an event, in order. Throws an `UnexpectedEventError` where it is not an event of this source at all,
 * and an `UnidentifiedRecordError` where a record has no id: such a record can be neither acknowledged nor reported, so
 * the whole batch must fail.
 */
export function readRecords<R>(
  source: string,
  event: unknown,
  envelope: ParsedBatch<R>,
  idOf: (parsed: ParsedRecord<R>, raw: unknown) => string | undefined,
): readonly ReadRecord<R>[] {
  if (!envelope.ok) throw new UnexpectedEventError(source, envelope.issues);
  return envelope.records.map((parsed) => {
    const raw = rawRecord(event, parsed.index);
    const id = idOf(parsed, raw);
    if (id === undefined || id === "") throw new UnidentifiedRecordError(source, parsed);
    return parsed.ok
      ? { id, raw, ok: true, value: parsed.value }
      : { id, raw, ok: false, reason: issuesText(parsed.issues) };
  });
}

/** One line for people: what was expected where, and what came. */
function issuesText(issues: readonly Issue[]): string {
  return issues
    .map(({ path, expected, received }) => `${path || "the event"}: expected ${expected}, received ${received}`)
    .join("; ");
}

function rawRecord(event: unknown, index: number): unknown {
  const records = property(event, "Records");
  return Array.isArray(records) ? records[index] : undefined;
}

/** A property of a value of unknown shape; undefined where there is none. */
export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/**
 * The function was invoked with something that is not an event of its source. Lambda logs the message and every
 * property, so they say what was expected where, and leave out what the payload says; `issues`, which no log finds, has both.
 */
class UnexpectedEventError extends Error {
  readonly code = "UNEXPECTED_EVENT";
  readonly source: string;
  readonly #issues: readonly Issue[];

  constructor(source: string, issues: readonly Issue[]) {
    super(`This function is for ${source} events. ${loggableReason(issuesText(issues))}`);
    this.name = "UnexpectedEventError";
    this.source = source;
    this.#issues = issues;
  }

  get issues(): readonly Issue[] {
    return this.#issues;
  }
}

/** A record has no id, so it can be neither acknowledged nor reported: the whole batch fails. */
class UnidentifiedRecordError extends Error {
  readonly code = "UNIDENTIFIED_RECORD";
  readonly source: string;
  readonly index: number;

  constructor(source: string, parsed: ParsedRecord<unknown>) {
    const why = parsed.ok ? "" : ` ${loggableReason(issuesText(parsed.issues))}`;
    super(`Record ${parsed.index} of the ${source} event has no id to report it by.${why}`);
    this.name = "UnidentifiedRecordError";
    this.source = source;
    this.index = parsed.index;
  }
}
