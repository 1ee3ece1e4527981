import * as v from "valibot";
import type { LogEntry } from "../lambda/logs/log-book.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import { groupNameOf, type LogGroups } from "./log-groups.ts";
import type { Action } from "./action.ts";
import { LogsError } from "./logs-error.ts";
import { pageTokens } from "./page-token.ts";

/** Maximum size of an answer (AWS API reference: 1 MB, 10,000 events), and of lines read before others have their turn. */
const MAX_EVENTS = 10_000;
const MAX_PAGE_BYTES = 1024 * 1024;
const LINES_PER_PAGE = 5_000;
/** What AWS counts of an event beside its message. */
const EVENT_BYTES = 26;

const time = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
const limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_EVENTS)), MAX_EVENTS);
const group = { logGroupName: v.optional(v.string()), logGroupIdentifier: v.optional(v.string()) };
const filterParameters = v.strictObject({
  ...group,
  logStreamNames: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100))),
  logStreamNamePrefix: v.optional(v.string()),
  startTime: time,
  endTime: time,
  filterPattern: v.optional(v.string(), ""),
  limit,
  nextToken: v.optional(v.string()),
  // Nothing is masked, and streams are always interleaved.
  interleaved: v.optional(v.boolean()),
  unmask: v.optional(v.boolean()),
});
const getParameters = v.strictObject({
  ...group,
  logStreamName: v.string(),
  startTime: time,
  endTime: time,
  startFromHead: v.optional(v.boolean(), false),
  limit,
  nextToken: v.optional(v.string()),
  unmask: v.optional(v.boolean()),
});

type Range = { readonly startTime?: number | undefined; readonly endTime?: number | undefined };

/** AWS: from the start on, and before the end. */
const within = ({ startTime = 0, endTime = Infinity }: Range, { time: at }: LogEntry): boolean =>
  at >= startTime && at < endTime;

/** FilterLogEvents: the lines of all streams of a group that fit, oldest first. A page may be empty though more is to come. */
export const filterLogEvents: Action<typeof filterParameters> = {
  parameters: filterParameters,
  answer(groups, parameters) {
    const { logStreamNames, logStreamNamePrefix, filterPattern } = parameters;
    if (logStreamNames !== undefined && logStreamNamePrefix !== undefined)
      throw new LogsError(
        "InvalidParameterException",
        "Specify either logStreamNames or logStreamNamePrefix, not both.",
      );
    const entries = groups.entries(groupNameOf(parameters));
    const fits = parseFilterPattern(filterPattern);
    const tokens = pageTokens("FilterLogEvents", parameters);
    const from = parameters.nextToken === undefined ? 0 : tokens.read(parameters.nextToken);
    const events: object[] = [];
    let bytes = 0;
    let next: number | undefined;
    let looked = 0;
    for (const entry of entries) {
      if (entry.order < from || !within(parameters, entry)) continue;
      const size = Buffer.byteLength(entry.line) + EVENT_BYTES;
      const full = events.length === parameters.limit || (events.length > 0 && bytes + size > MAX_PAGE_BYTES);
      if (full || looked === LINES_PER_PAGE) {
        next = entry.order;
        break;
      }
      looked += 1;
      if (!fits(entry.line)) continue;
      if (logStreamNames?.includes(entry.stream) === false) continue;
      if (logStreamNamePrefix !== undefined && !entry.stream.startsWith(logStreamNamePrefix)) continue;
      bytes += size;
      events.push({ logStreamName: entry.stream, ...eventOf(entry), eventId: eventId(entry) });
    }
    return { events, searchedLogStreams: [], ...(next !== undefined && { nextToken: tokens.make(next) }) };
  },
};

/**
 * GetLogEvents: the lines of one stream, forwards or backwards from the token, the newest ones first without one. At an end the token
 * is the one that was given.
 */
export const getLogEvents: Action<typeof getParameters> = {
  parameters: getParameters,
  answer(groups, parameters) {
    const { nextToken, startFromHead, logStreamName } = parameters;
    const all = entriesOfStream(groups, groupNameOf(parameters), logStreamName);
    const entries = all.filter((entry) => within(parameters, entry));
    const [, direction, order] = /^([fb])\/(\d{1,15})$/.exec(nextToken ?? "") ?? [];
    if (nextToken !== undefined && order === undefined)
      throw new LogsError("InvalidParameterException", "The specified nextToken is invalid.");
    const forwards = direction === undefined ? startFromHead : direction === "f";
    const place = Number(order ?? (forwards ? 0 : Number.MAX_SAFE_INTEGER));
    const page = forwards
      ? firstOf(
          entries.filter((entry) => entry.order >= place),
          parameters.limit,
        )
      : firstOf(entries.filter((entry) => entry.order < place).toReversed(), parameters.limit).toReversed();
    const [first, last] = [page[0], page.at(-1)];
    const end = (all.at(-1)?.order ?? -1) + 1;
    return {
      events: page.map(eventOf),
      nextForwardToken: `f/${last === undefined ? Math.min(place, end) : last.order + 1}`,
      nextBackwardToken: `b/${first === undefined ? Math.min(place, end) : first.order}`,
    };
  },
};

function entriesOfStream(groups: LogGroups, name: string, stream: string): LogEntry[] {
  const entries = groups.entries(name).filter((entry) => entry.stream === stream);
  if (entries.length === 0)
    throw new LogsError("ResourceNotFoundException", "The specified log stream does not exist.");
  return entries;
}

/** As many as fit into an answer. */
function firstOf(entries: readonly LogEntry[], most: number): LogEntry[] {
  const page: LogEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += Buffer.byteLength(entry.line) + EVENT_BYTES;
    if (page.length === most || (page.length > 0 && bytes > MAX_PAGE_BYTES)) break;
    page.push(entry);
  }
  return page;
}

const eventOf = ({ time: timestamp, line }: LogEntry) => ({ timestamp, message: line, ingestionTime: timestamp });

/** 56 digits, as CloudWatch Logs writes them; they follow each other as the lines do. */
const eventId = ({ time: timestamp, order }: LogEntry): string =>
  `${String(timestamp).padStart(16, "0")}${String(order).padStart(40, "0")}`;
