import { type Fields, type Place, refuse, refuseField } from "./fields.ts";
import { sourceOf } from "./event-source.ts";
import { isObject } from "./is-object.ts";
import type { ParsedBatch, Issue, ParsedRecord } from "./parsed.ts";

/** How the records of one event source are read. */
export interface RecordContract<T> {
  /** What the records say in `eventSource`, such as `aws:sqs`. */
  readonly eventSource: string;
  /** Identifies a record, where the source gives its records ids. */
  idOf?(record: Readonly<Record<string, unknown>>): unknown;
  /** Makes the record that services work with, or notes why that cannot be done. */
  read(record: Fields): T;
}

/**
 * Reads the `Records` of a Lambda event one by one; a bad record never spoils its neighbours. Never throws on a payload.
 * Not `ok` as a whole: something without a `Records` array, or with no record of this source among its records.
 * `path` is where the event sits in a larger payload.
 */
export function parseRecords<T>(event: unknown, contract: RecordContract<T>, path = ""): ParsedBatch<T> {
  const { eventSource } = contract;
  // One list of issues for the whole batch, which each record leaves empty.
  const issues: Issue[] = [];
  const top: Place = { parent: undefined, key: path, issues };
  const place: Place = { parent: top, key: "Records", issues };
  const records = isObject(event) ? event["Records"] : undefined;
  if (Array.isArray(records)) {
    const isOurs = records.length === 0 || records.some((record) => sourceOf(record) === eventSource);
    if (isOurs) {
      const parsed: ParsedRecord<T>[] = [];
      for (const record of records) parsed.push(parseRecord(record, parsed.length, place, contract));
      return { ok: true, records: parsed };
    }
    // Another source's event, as its first record tells.
    refuseField({ parent: place, key: 0, issues }, "eventSource", sourceOf(records[0]), eventSource);
  } else if (isObject(event)) refuse(place, `an array of ${eventSource} records`, records);
  else refuse(top, `an event of ${eventSource}`, event);
  return { ok: false, issues };
}

function parseRecord<T>(record: unknown, index: number, parent: Place, contract: RecordContract<T>): ParsedRecord<T> {
  const { issues } = parent;
  const fields: Fields = { values: isObject(record) ? record : {}, parent, key: index, issues };
  const source = sourceOf(fields.values);
  const value = source === contract.eventSource ? contract.read(fields) : undefined;
  if (value === undefined) refuseField(fields, "eventSource", source, contract.eventSource);
  const id = contract.idOf?.(fields.values);
  const hasId = typeof id === "string" && id !== "";
  // Spelled out, since copying these by spreading took longer than reading the record.
  if (value !== undefined && issues.length === 0) {
    return hasId ? { ok: true, value, index, id } : { ok: true, value, index };
  }
  const refused = { ok: false, issues: issues.splice(0), index } as const;
  return hasId ? { ...refused, id } : refused;
}
