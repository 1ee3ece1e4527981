import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { JsonApiError } from "../endpoint/json-api.ts";
import { isMap } from "../filters/leaf.ts";
import { DEFAULT_BUS, busNameOf } from "../graph/read-event-bridge.ts";
import type { EventRules } from "../event-sources/event-bridge/event-rules.ts";

/** AWS: API_PutEvents. */
const MAXIMUM_ENTRIES = 10;
/** Of all entries together (AWS: eb-putevent-size): 1 MB since January 2026, 256 KB before. */
const MAXIMUM_BYTES = 1_048_576;
/** What a `Time` counts for (AWS: eb-putevent-size). */
const TIME_BYTES = 14;
const MAXIMUM_DETAIL_TYPE_LENGTH = 128;

const entrySchema = v.object({
  Source: v.optional(v.string(), ""),
  DetailType: v.optional(v.string(), ""),
  Detail: v.optional(v.string(), ""),
  Resources: v.optional(v.array(v.string()), []),
  /** Seconds since 1970. */
  Time: v.optional(v.number()),
  EventBusName: v.optional(v.string(), DEFAULT_BUS),
  TraceHeader: v.optional(v.string()),
});
type Entry = v.InferOutput<typeof entrySchema>;

/** The parameters of `PutEvents`. Global endpoints are not there. */
export const putEventsParameters = v.strictObject({ Entries: v.array(entrySchema) });

interface Refusal {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/**
 * Puts events on buses. An entry that is not valid fails alone; too many, or too large ones, fail the call (AWS: API_PutEvents,
 * API_PutEventsResultEntry). Events for a bus that is not there are accepted and dropped, as on AWS; `notice` is told.
 * @throws JsonApiError
 */
export function putEvents(
  { Entries: entries }: v.InferOutput<typeof putEventsParameters>,
  options: {
    readonly isBus: (name: string) => boolean;
    readonly events: Pick<EventRules, "put">;
    readonly notice: (sentence: string) => void;
  },
): object {
  if (entries.length === 0 || entries.length > MAXIMUM_ENTRIES)
    throw new JsonApiError(
      "ValidationException",
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${entries.length === 0 ? "greater than or equal to 1" : `less than or equal to ${MAXIMUM_ENTRIES}`}`,
    );
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes >= MAXIMUM_BYTES)
    throw new JsonApiError("ValidationException", `Total size of the entries in the request is over the limit.`);
  const results = entries.map((entry): Refusal | { readonly EventId: string } => {
    const refusal = refusalOf(entry);
    if (refusal !== undefined) return refusal;
    const busName = busNameOf(entry.EventBusName);
    if (!options.isBus(busName)) {
      options.notice(`An event of ${entry.Source} is dropped, as on AWS: there is no event bus ${busName}.`);
      return { EventId: randomUUID() };
    }
    const { Source: source, DetailType: detailType, Detail: detail, Resources: resources, Time } = entry;
    const time = Time === undefined ? {} : { time: new Date(Time * 1_000) };
    return { EventId: options.events.put(busName, { source, detailType, detail, resources, ...time }) };
  });
  return { FailedEntryCount: results.filter((each) => "ErrorCode" in each).length, Entries: results };
}

function sizeOf({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : TIME_BYTES);
}

function refusalOf(entry: Entry): Refusal | undefined {
  const invalid = (name: string, reason: string): Refusal => ({
    ErrorCode: "InvalidArgument",
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
  });
  const { Source, DetailType, Detail, Time } = entry;
  for (const [name, value] of Object.entries({ Source, DetailType, Detail }))
    if (value === "") return invalid(name, `${name} is a required argument.`);
  if (DetailType.length > MAXIMUM_DETAIL_TYPE_LENGTH)
    return invalid("DetailType", `It has more than ${MAXIMUM_DETAIL_TYPE_LENGTH} characters.`);
  if (Time !== undefined && Number.isNaN(new Date(Time * 1_000).getTime())) return invalid("Time", "It is no time.");
  // AWS keeps this prefix for its services (AWS: aws-events, "source").
  if (Source.startsWith("aws."))
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  if (!isMap(parsed(Detail))) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
