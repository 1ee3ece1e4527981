import { describeIssues } from "@doorbell/aws-events/describe-issues";
import type { Issue, ParsedBatch, ParsedRecord } from "@doorbell/aws-events/parsed";
import type { ReadValue } from "./handler-options.ts";
import type { Outcome } from "./outcome.ts";
import { loggableReason } from "./reason.ts";

/** A record that will not be retried, as Lambda delivered it: sending `raw` back is a plain redelivery. */
export interface RejectedRecord {
  /** The id its event source knows it by: message id, sequence number. */
  readonly id: string;
  readonly raw: unknown;
}

/** A record of an event: as its source describes it and as the handler takes it, or what becomes of it unseen. */
export type ReadRecord<Source, Value> = RejectedRecord & { readonly source: Source | undefined } & (
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly outcome: Outcome }
  );

/** How the records of one event source are read. */
export interface RecordReader<Source, Value> {
  /** For people: `SQS`. */
  readonly name: string;
  readonly parse: (event: unknown) => ParsedBatch<Source>;
  readonly idOf: (parsed: ParsedRecord<Source>, raw: unknown) => string | undefined;
  readonly read: (record: Source) => ReadValue<Value>;
}

/**
 * The records of an event, in order. Throws an `UnexpectedEventError` where it is not an event of this source at all,
 * and an `UnidentifiedRecordError` where a record has no id: such a record can be neither acknowledged nor reported, so
 * the whole batch must fail.
 */
export function readRecords<Source, Value>(
  reader: RecordReader<Source, Value>,
  event: unknown,
): readonly ReadRecord<Source, Value>[] {
  const { name, parse, idOf } = reader;
  const batch = parse(event);
  if (!batch.ok) throw new UnexpectedEventError(name, batch.issues);
  return batch.records.map((parsed) => {
    const raw = rawRecord(event, parsed.index);
    const id = idOf(parsed, raw);
    if (id === undefined || id === "") throw new UnidentifiedRecordError(name, parsed);
    if (!parsed.ok) return { id, raw, source: undefined, ok: false, outcome: rejected(parsed) };
    return { id, raw, source: parsed.value, ...valueOf(parsed.value, reader) };
  });
}

/** A parser that throws, which it must not, fails its own record alone. */
function valueOf<Source, Value>(
  source: Source,
  reader: RecordReader<Source, Value>,
): { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly outcome: Outcome } {
  try {
    const value = reader.read(source);
    return value.ok ? value : { ok: false, outcome: rejected(value) };
  } catch (error) {
    return { ok: false, outcome: { kind: "retry", error } };
  }
}

function rejected({ issues, summary }: { readonly issues: readonly Issue[]; readonly summary?: string }): Outcome {
  const described = describeIssues(issues);
  const reason = summary === undefined ? described : `${summary}: ${described}`;
  return { kind: "rejected", reason };
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
 * property, so they say what was expected where, and leave out what the payload says.
 */
class UnexpectedEventError extends Error {
  readonly code = "UNEXPECTED_EVENT";
  readonly source: string;

  constructor(source: string, issues: readonly Issue[]) {
    super(`This function is for ${source} events. ${loggableReason(describeIssues(issues))}`);
    this.name = "UnexpectedEventError";
    this.source = source;
  }
}

/** A record has no id, so it can be neither acknowledged nor reported: the whole batch fails. */
class UnidentifiedRecordError extends Error {
  readonly code = "UNIDENTIFIED_RECORD";
  readonly source: string;
  readonly index: number;

  constructor(source: string, parsed: ParsedRecord<unknown>) {
    const why = parsed.ok ? "" : ` ${loggableReason(describeIssues(parsed.issues))}`;
    super(`Record ${parsed.index} of the ${source} event has no id to report it by.${why}`);
    this.name = "UnidentifiedRecordError";
    this.source = source;
    this.index = parsed.index;
  }
}
