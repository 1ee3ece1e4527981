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

const SUMMARIES = {
  "not-json": "The body is not JSON",
  malformed: "The body is not a valid business event",
  "unknown-type": "The event's type is not one of this queue",
  "unknown-version": "The event's version is not one that this release reads",
} as const satisfies Record<RefusalKind, string>;

/** A business event, or why the body is none: `summary` says it in a sentence, the issues in detail. */
export type ParsedBusinessEvent<Event = BusinessEvent> =
  | { readonly ok: true; readonly value: Event }
  | {
      readonly ok: false;
      readonly kind: RefusalKind;
      readonly summary: (typeof SUMMARIES)[RefusalKind];
      readonly issues: readonly Issue[];
    };

type Schemas<Event> = ReadonlyMap<string, Schema<Event>>;

const SCHEMAS: Schemas<BusinessEvent> = new Map<string, Schema<BusinessEvent>>([
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
  return parseBody(body, SCHEMAS);
}

/** The same for a queue to which `order.placed` alone is sent: another type of event is an `unknown-type`. */
export function parseOrderPlaced(body: string): ParsedBusinessEvent<OrderPlaced> {
  return parseBody(body, new Map([[ORDER_PLACED_TYPE, orderPlacedSchema]]));
}

function parseBody<Event>(body: string, schemas: Schemas<Event>): ParsedBusinessEvent<Event> {
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
  return fromJson(json, schemas);
}

function fromJson<Event>(json: unknown, schemas: Schemas<Event>): ParsedBusinessEvent<Event> {
  if (!isObject(json)) return refuse("malformed", "", "a CloudEvents 1.0 event", json);
  const { specversion, type } = json;
  if (specversion !== "1.0") return refuse("malformed", "specversion", '"1.0"', specversion);
  if (typeof type !== "string" || type === "") return refuse("malformed", "type", "an event type", type);
  const schema = schemas.get(type);
  if (schema === undefined) {
    const known = [...schemas.keys()];
    return refuse(isLaterVersion(type, known) ? "unknown-version" : "unknown-type", "type", known.join(" or "), type);
  }
  const parsed = parseWith(schema, json);
  return parsed.ok ? parsed : { ...parsed, kind: "malformed", summary: SUMMARIES.malformed };
}

/** True for a type that is known but for its version. */
function isLaterVersion(type: string, known: readonly string[]): boolean {
  const name = /^(.{1,200}\.v)\d+$/.exec(type)?.[1];
  return name !== undefined && known.some((each) => each.startsWith(name));
}

function refuse(kind: RefusalKind, path: string, expected: string, received: unknown) {
  return { ok: false as const, kind, summary: SUMMARIES[kind], issues: [issueAt(path, expected, received)] };
}
