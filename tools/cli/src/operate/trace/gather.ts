import type { KnownFailure, KnownFailures } from "./known-failures.ts";
import type { FailedInvocation, LogEntry, ReadLine } from "./log-entry.ts";
import type { LogSearch } from "./log-search.ts";
import type { Stored, TraceHooks } from "./trace-hooks.ts";

/** Ids that one search follows at most; a story with more is told of these alone. */
const MAX_IDS = 500;
/** Subjects of a story that are named, so that each can be asked for. */
const MAX_EXAMPLES = 10;

/** All that is known of what an id names. */
export interface Material {
  /** What the id was found to be: a subject, a story of several, or an id in log lines. */
  readonly about:
    | { readonly kind: "subject"; readonly id: string }
    | {
        readonly kind: "story";
        readonly id: string;
        readonly subjects: number;
        /** Ids of a few of them. */
        readonly examples: readonly string[];
      }
    | { readonly kind: "id"; readonly id: string };
  readonly entries: readonly LogEntry[];
  readonly failed: readonly FailedInvocation[];
  readonly stored: readonly Stored[];
  /** What lies in the places where failures end. */
  readonly failures: readonly KnownFailure[];
  /** Places that could not be read, one sentence each. */
  readonly unread: readonly string[];
}

/** Where material is looked for. */
export interface Sources {
  readonly search: LogSearch;
  /** Every service of the project. */
  readonly services: readonly string[];
  readonly hooks?: TraceHooks;
  /** What lies in the places where failures end. */
  readonly failures: KnownFailures;
}

/**
 * Finds what is known of any id that appears in logs, stores or failures: first what names it, then what names the same messages, stream
 * records and stories, then the invocations of those that failed. An id that leads to one subject tells that subject's story; one
 * that leads to many tells theirs together. Undefined where nothing knows it.
 */
export async function gather(id: string, sources: Sources): Promise<Material | undefined> {
  const { search, services, hooks } = sources;
  const [lines, stored] = await Promise.all([search.find(services, [written(id)]), hooks?.stored(id)]);
  const named = entriesOf(lines).filter((entry) => names(entry, id));
  const failures = sources.failures.known.filter(({ ids }) => ids.has(id));
  const { unread } = sources.failures;
  const subjectOf = subjectIn(sources);
  const ofSubject = failures.filter(({ subjects }) => subjects.includes(id));
  if (stored?.kind === "subject" || ofSubject.length > 0 || named.some((entry) => subjectOf(entry) === id)) {
    const own = named.filter((entry) => subjectOf(entry) === id);
    return { about: { kind: "subject", id }, ...(await linked(own, { sources, id, stored, failures: ofSubject })) };
  }
  const told = named.filter((entry) => tells(entry, id)).flatMap((entry) => subjectOf(entry) ?? []);
  // A batch names many others; of what the log knows already it is not asked.
  const kept = failures.flatMap(({ subjects }) => (told.length > 0 && subjects.length > 1 ? [] : subjects));
  const isLogged = named.length > 0 || stored !== undefined;
  const called = isLogged ? [] : ((await hooks?.called?.(id)) ?? []).filter((subject) => subject !== id);
  const subjects = new Set([...told, ...kept, ...called]);
  const [only] = subjects;
  const tellsMore = stored?.tellsMore === true || failures.some((failure) => failure.subjects.length === 0);
  if (only !== undefined && subjects.size === 1 && !tellsMore) return gather(only, sources);
  const isStory = stored !== undefined || failures.some(({ correlationIds }) => correlationIds.includes(id));
  if (isStory || subjects.size > 0) {
    const whole = named.filter(({ correlationId }) => correlationId === id);
    const ofParked = await find(search, services, idsOf(failures.map(({ deliveryId }) => deliveryId)));
    const failed = await failedOf(
      whole.filter((entry) => !isOfRecord(entry)),
      sources,
    );
    const size = Math.max(subjects.size, stored?.subjects ?? 0);
    const about = { kind: "story", id, subjects: size, examples: [...subjects].slice(0, MAX_EXAMPLES) } as const;
    const entries = unique([...whole, ...ofParked]);
    return { about, entries, failed, stored: stored === undefined ? [] : [stored], failures, unread };
  }
  if (named.length > 0 || failures.length > 0)
    return { about: { kind: "id", id }, ...(await linked(named, { sources, id, stored: undefined, failures })) };
  const sought = await hooks?.sought?.(id);
  if (sought === undefined) return undefined;
  return { about: { kind: "subject", id }, ...(await linked([], { sources, id, stored: sought, failures })) };
}

/** What belongs to these lines and failures: the lines of the same messages and stream records, and of the stories as a whole. */
async function linked(
  own: readonly LogEntry[],
  about: {
    readonly sources: Sources;
    readonly id: string;
    readonly stored: Stored | undefined;
    readonly failures: readonly KnownFailure[];
  },
): Promise<Omit<Material, "about">> {
  const { sources, id, stored, failures } = about;
  const { search, services, hooks } = sources;
  const subjectOf = subjectIn(sources);
  const records = idsOf([
    ...own.flatMap(({ messageId, sequenceNumber }) => [messageId, sequenceNumber]),
    ...failures.map(({ deliveryId }) => deliveryId),
  ]);
  const stories = idsOf([
    ...own.map(({ correlationId }) => correlationId),
    ...(stored?.correlationIds ?? []),
    // A batch of many subjects is part of their stories, too.
    ...failures.flatMap(({ subjects, correlationIds }) => (subjects.length > 1 ? [] : correlationIds)),
  ]);
  // Apart, since a story may have more lines than one search gives.
  const [ofRecords, whole, ...ofStories] = await Promise.all([
    find(search, services, records),
    find(search, hooks?.storyServices ?? services, stories),
    ...[...stories].filter((story) => story !== id).map((story) => hooks?.stored(story)),
  ]);
  const isOfAnother = (entry: LogEntry) => ![undefined, id].includes(subjectOf(entry)) && hooks !== undefined;
  const more = [...ofRecords, ...whole].filter(
    (entry) =>
      !isOfAnother(entry) &&
      (tellsAny(entry, records) ||
        (entry.correlationId !== undefined && stories.has(entry.correlationId) && !isOfRecord(entry))),
  );
  const entries = unique([...own, ...more]);
  return {
    entries,
    failed: await failedOf(entries, sources),
    stored: [stored, ...ofStories].filter((each) => each !== undefined),
    failures,
    unread: sources.failures.unread,
  };
}

async function find(search: LogSearch, services: readonly string[], ids: ReadonlySet<string>): Promise<LogEntry[]> {
  return ids.size === 0 ? [] : entriesOf(await search.find(services, [...ids].map(written)));
}

/** The invocations of these lines that failed or timed out. */
async function failedOf(
  entries: readonly LogEntry[],
  { search, services }: Sources,
): Promise<readonly FailedInvocation[]> {
  const failed = new Map<string, FailedInvocation>();
  for (const service of services) {
    const requestIds = idsOf(entries.filter((entry) => entry.service === service).map((entry) => entry.requestId));
    if (requestIds.size === 0) continue;
    for (const line of await search.find([service], [...requestIds]))
      if (line.kind === "failed" && requestIds.has(line.invocation.requestId))
        failed.set(JSON.stringify(line.invocation), line.invocation);
  }
  return [...failed.values()];
}

function subjectIn({ hooks }: Sources): (entry: LogEntry) => string | undefined {
  return (entry) => {
    const subject = hooks === undefined ? undefined : entry[hooks.subject.field];
    return typeof subject === "string" ? subject : undefined;
  };
}

function entriesOf(lines: readonly ReadLine[]): LogEntry[] {
  return lines.flatMap((line) => (line.kind === "entry" ? [line.entry] : []));
}

/** Whether a line is about one record of a batch. */
function isOfRecord({ messageId, sequenceNumber }: LogEntry): boolean {
  return messageId !== undefined || sequenceNumber !== undefined;
}

/** Whether the line is about what the id names, rather than about a batch in which it was. */
function tells(entry: LogEntry, id: string): boolean {
  return (
    Object.entries(entry).some(([field, value]) => field !== "ids" && holds(value, id)) || hasWord(entry.message, id)
  );
}

function names(entry: LogEntry, id: string): boolean {
  return tells(entry, id) || (entry.ids ?? []).includes(id);
}

/** Whether a value is the id, or has it somewhere inside. */
function holds(value: unknown, id: string): boolean {
  if (typeof value !== "object" || value === null) return value === id;
  return Object.values(value).some((each) => holds(each, id));
}

/** Whether the id stands in a text by itself, not inside of a longer word. */
function hasWord(text: string, id: string): boolean {
  const [before = "", ...after] = text.split(id);
  return (
    after.length > 0 &&
    [before, ...after].some((_, at, parts) => {
      const next = parts[at + 1];
      return next !== undefined && !/[\w-]$/.test(parts[at] ?? "") && !/^[\w-]/.test(next);
    })
  );
}

function tellsAny(entry: LogEntry, ids: ReadonlySet<string>): boolean {
  const { messageId, sequenceNumber, requestId } = entry;
  const own = [messageId, sequenceNumber, requestId].some((id) => id !== undefined && ids.has(id));
  return own || (entry.ids ?? []).some((id) => ids.has(id));
}

function idsOf(ids: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(ids.filter((id) => id !== undefined).slice(0, MAX_IDS));
}

function unique(entries: readonly LogEntry[]): LogEntry[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** A text as it stands in a line of JSON. */
function written(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
