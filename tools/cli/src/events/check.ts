import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";
import { isBusEvent, parseEventBridgeEvent } from "@doorbell/aws-events/event-bridge";
import { describeIssues } from "@doorbell/aws-events/describe-issues";
import { isObject } from "@doorbell/aws-events/is-object";
import { parseObjectEvents } from "@doorbell/aws-events/object-events";
import type { ParsedBatch, Issue, Parsed, ParsedRecord } from "@doorbell/aws-events/parsed";
import { sourceOf } from "@doorbell/aws-events/event-source";
import { parseSnsEvent } from "@doorbell/aws-events/sns";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import { parseTimeWindow } from "@doorbell/aws-events/time-window";
import { CommandError } from "../command-error.ts";
import { loadConfig } from "../load-config.ts";
import type { EventHooks } from "./event-hooks.ts";

/** How each source of AWS is read. */
const READERS: Readonly<Record<string, (event: unknown) => ParsedBatch<unknown>>> = {
  s3: (event) => parseObjectEvents(event),
  sqs: (event) => parseSqsEvent(event),
  sns: (event) => parseSnsEvent(event),
  dynamodb: (event) => withWindow(event),
  eventbridge: (event) => single(parseEventBridgeEvent(event)),
};

type OwnSources = NonNullable<EventHooks["sources"]>;

/** What a captured event is: its source, and what was read or what is wrong. */
export interface CheckedEvent {
  readonly source: string | undefined;
  readonly records: readonly ParsedRecord<unknown>[];
  readonly issues: readonly Issue[];
}

/**
 * `doorbell events check FILE`: says which source a captured Lambda event has, and prints it as services see it, as JSON; or
 * what is wrong with it, one issue a line.
 *
 * @throws {CommandError} there is no such source, the file cannot be read, the event has issues or cannot be printed (exit status 1)
 */
export async function eventsCheck(file: string, options: { readonly source?: string }): Promise<void> {
  const { sources: own = {} } = (await (await loadConfig()).events?.()) ?? {};
  const sources = namesOf(own);
  if (options.source !== undefined && !sources.includes(options.source)) {
    throw new CommandError(`there is no source named ${options.source}; there are ${sources.join(", ")}.`);
  }
  const { source, records, issues } = checkEvent(await readBody(file), options.source, own);
  if (issues.length > 0) {
    for (const issue of issues) process.stdout.write(`${describeIssues([issue])}\n`);
    if (source === undefined) throw new CommandError("This is no event that can be read.");
    throw new CommandError(
      `This is an event of ${source}; ${issues.length} ${issues.length === 1 ? "thing is" : "things are"} wrong with it.`,
    );
  }
  const values = records.map((record) => (record.ok ? record.value : undefined));
  process.stdout.write(`${asJson({ source, records: values })}\n`);
}

/** Parsing has no depth at which it stops, printing has. */
function asJson(read: { readonly source: string | undefined; readonly records: readonly unknown[] }): string {
  try {
    return JSON.stringify(read, readable, 2);
  } catch (error) {
    throw new CommandError(
      `Nothing is wrong with this event of ${read.source}, but it nests too deeply to be printed.`,
      {
        cause: error,
      },
    );
  }
}

/** Reads an event from its text, as the source given or as the one that it names. Never throws on a payload. */
export function checkEvent(body: string, given?: string, own: OwnSources = {}): CheckedEvent {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch (error) {
    // The parser says where it stopped, and quotes the text: fine here, where it is the reader's own file.
    const reason = error instanceof Error ? error.message : String(error);
    return noSource("JSON", `text that is none: ${reason}`);
  }
  const ownName = Object.keys(own).find((name) => own[name]?.isIt(event));
  const source = given ?? ownName ?? guessSource(event);
  const read = source === undefined ? undefined : (own[source]?.read ?? READERS[source]);
  if (source === undefined || read === undefined) {
    const sources = namesOf(own).join(", ");
    return noSource(`an event that tells its source (or name one of ${sources} by --source)`, inShort(event));
  }
  const batch = read(event, body);
  if (!batch.ok) return { source, records: [], issues: batch.issues };
  return {
    source,
    records: batch.records,
    issues: batch.records.flatMap((each) => (each.ok ? [] : each.issues)),
  };
}

function namesOf(own: OwnSources): string[] {
  return [...new Set([...Object.keys(READERS), ...Object.keys(own)])];
}

function noSource(expected: string, received: string): CheckedEvent {
  return { source: undefined, records: [], issues: [{ path: "", expected, received }] };
}

/** What an event shows of its source. */
function inShort(event: unknown): string {
  if (!isObject(event)) return Array.isArray(event) ? "array" : event === null ? "null" : typeof event;
  const source = sourceOfFirst(event);
  if (source !== undefined) return `records of ${JSON.stringify(source)}`;
  return `an object with ${Object.keys(event).slice(0, 10).join(", ") || "no fields"}`;
}

function sourceOfFirst({ Records }: Readonly<Record<string, unknown>>): unknown {
  return Array.isArray(Records) ? sourceOf(Records[0]) : undefined;
}

function guessSource(event: unknown): string | undefined {
  if (!isObject(event)) return undefined;
  if (isBusEvent(event)) return event["source"] === "aws.s3" ? "s3" : "eventbridge";
  if (event["Event"] === "s3:TestEvent") return "s3";
  const first: unknown = Array.isArray(event["Records"]) ? event["Records"][0] : undefined;
  const payload = isObject(first)
    ? (first["body"] ?? (isObject(first["Sns"]) ? first["Sns"]["Message"] : undefined))
    : "";
  // What a message carries says more than that it is one.
  const isNotice = typeof payload === "string" && /aws:s3|aws\.s3|s3:TestEvent/.test(payload);
  switch (sourceOfFirst(event)) {
    case "aws:s3":
      return "s3";
    case "aws:sqs":
      return isNotice ? "s3" : "sqs";
    case "aws:sns":
      return isNotice ? "s3" : "sns";
    case "aws:dynamodb":
      return "dynamodb";
    default:
      return "window" in event ? "dynamodb" : undefined;
  }
}

function single(parsed: Parsed<unknown>): ParsedBatch<unknown> {
  return parsed.ok ? { ok: true, records: [{ ...parsed, index: 0 }] } : { ok: false, issues: parsed.issues };
}

/** A window stands for itself at the end, since its last event may have no records. */
function withWindow(event: unknown): ParsedBatch<unknown> {
  const envelope = parseStreamEvent(event);
  const window = parseTimeWindow(event);
  if (!envelope.ok) return envelope;
  if (window.ok && window.value === undefined) return envelope;
  return { ok: true, records: [...envelope.records, { ...window, index: envelope.records.length }] };
}

/** Binary values come out as an object of numbers otherwise. */
function readable(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

async function readBody(file: string): Promise<string> {
  try {
    // A decoder leaves out the byte order mark that some editors write.
    return file === "-" ? await text(process.stdin) : new TextDecoder().decode(await readFile(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} could not be read: ${reason}`, { cause: error });
  }
}
