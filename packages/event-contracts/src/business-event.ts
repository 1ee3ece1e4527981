import { isObject } from "@doorbell/aws-events/is-object";
import { issueAt } from "@doorbell/aws-events/issue";
import { ORDER_CANCELLED_TYPE, orderCancelledSchema, type OrderCancelled } from "./order-cancelled.ts";
import { MAX_ORDER_EVENT_BYTES, ORDER_PLACED_TYPE, orderPlacedSchema, type OrderPlaced } from "./order-placed.ts";
import { parseWith, type Schema } from "./parse-with.ts";
import type { Issue } from "@doorbell/aws-events/parsed";

/** Every event that travels through the orders queue. */
export type BusinessEvent = OrderPlaced | OrderCancelled;

/**
 * Why a body is no business event: `not-json`; `malformed` (no CloudEvents 1.0 event, or one that breaks its contract);
 * `unknown-type`; `unknown-version` of a known type, which a newer release of the consumer may well read.
 */
type RefusalKind = "not-json" | "malformed" | "unknown-type" | "unknown-version";

/** A business event, or why the body is none. */
export type ParsedBusinessEvent =
  | { readonly ok: true; readonly value: BusinessEvent }
  | { readonly ok: false; readonly kind: RefusalKind; readonly issues: readonly Issue[] };

const SCHEMAS: ReadonlyMap<string, Schema<BusinessEvent>> = new Map<string, Schema<BusinessEvent>>([
  [ORDER_PLACED_TYPE, orderPlacedSchema],
  [ORDER_CANCELLED_TYPE, orderCancelledSchema],
]);

/** The types of business events that are read, each with its version. */
export const BUSINESS_EVENT_TYPES: readonly string[] = [...SCHEMAS.keys()];

/**
 * Reads the body of a message as a business event. Never throws, whatever the body.
 * Fields that the contract does not name are ignored; of a key that comes twice the last counts, as in `JSON.parse`.
 */
export function parseBusinessEvent(body: string): ParsedBusinessEvent {
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_ORDER_EVENT_BYTES) {
    return refuse("malformed", "", `at most ${MAX_ORDER_EVENT_BYTES} bytes`, bytes);
  }
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, which may hold personal data.
    return refuse("not-json", "", "JSON", body);
  }
  return fromJson(json);
}

const SUMMARIES = {
  "not-json": "The body is not JSON",
  malformed: "The body is not a valid business event",
  "unknown-type": "The event's type is not one of this queue",
  "unknown-version": "The event's version is not one that this release reads",
} as const satisfies Record<RefusalKind, string>;

/** What the handler of a queue is given of a body; `summary` says in a sentence what the issues say in detail. */
export type ReadBusinessEvent<Event = BusinessEvent> =
  | { readonly ok: true; readonly value: Event }
  | { readonly ok: false; readonly kind: RefusalKind; readonly summary: string; readonly issues: readonly Issue[] };

/** {@link parseBusinessEvent} for a queue's handler: the reason of a refusal begins with a sentence. */
export function readBusinessEvent(body: string): ReadBusinessEvent {
  const parsed = parseBusinessEvent(body);
  return parsed.ok ? parsed : { ...parsed, summary: SUMMARIES[parsed.kind] };
}

/** The same for a queue to which `order.placed` alone is sent: another type of event is an `unknown-type`. */
export function parseOrderPlaced(body: string): ReadBusinessEvent<OrderPlaced> {
  const read = readBusinessEvent(body);
  if (!read.ok) return read;
  const { value } = read;
  if (value.type === ORDER_PLACED_TYPE) return { ok: true, value };
  const kind = "unknown-type";
  return { ok: false, kind, summary: SUMMARIES[kind], issues: [issueAt("type", ORDER_PLACED_TYPE, value.type)] };
}

function fromJson(json: unknown): ParsedBusinessEvent {
  if (!isObject(json)) return refuse("malformed", "", "a CloudEvents 1.0 event", json);
  const { specversion, type } = json;
  if (specversion !== "1.0") return refuse("malformed", "specversion", '"1.0"', specversion);
  if (typeof type !== "string" || type === "") return refuse("malformed", "type", "an event type", type);
  const schema = SCHEMAS.get(type);
  if (schema === undefined) {
    return refuse(
      isLaterVersion(type) ? "unknown-version" : "unknown-type",
      "type",
      BUSINESS_EVENT_TYPES.join(" or "),
      type,
    );
  }
  const parsed = parseWith(schema, json);
  return parsed.ok ? parsed : { ...parsed, kind: "malformed" };
}

/** True for a type that is known but for its version. */
function isLaterVersion(type: string): boolean {
  const name = /^(.{1,200}\.v)\d+$/.exec(type)?.[1];
  return name !== undefined && BUSINESS_EVENT_TYPES.some((known) => known.startsWith(name));
}

function refuse(kind: RefusalKind, path: string, expected: string, received: unknown): ParsedBusinessEvent {
  return { ok: false, kind, issues: [issueAt(path, expected, received)] };
}
