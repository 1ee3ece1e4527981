import { isObject } from "./fields.ts";
import { issueAt } from "./issue.ts";
import { ORDER_CANCELLED_TYPE, orderCancelledSchema, type OrderCancelled } from "./order-cancelled.ts";
import { MAX_ORDER_EVENT_BYTES, ORDER_PLACED_TYPE, orderPlacedSchema, type OrderPlaced } from "./order-placed.ts";
import { parseWith } from "./parse-with.ts";
import type { Issue, Parsed } from "./parsed.ts";

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

/** The name of a known type without its version. */
const KNOWN_TYPE = /^doorbell\.order\.(?:placed|cancelled)\.v\d+$/;

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

function fromJson(json: unknown): ParsedBusinessEvent {
  if (!isObject(json)) return refuse("malformed", "", "a CloudEvents 1.0 event", json);
  const { specversion, type } = json;
  if (specversion !== "1.0") return refuse("malformed", "specversion", '"1.0"', specversion);
  if (typeof type !== "string" || type === "") return refuse("malformed", "type", "an event type", type);
  if (type === ORDER_PLACED_TYPE) return orMalformed(parseWith(orderPlacedSchema, json));
  if (type === ORDER_CANCELLED_TYPE) return orMalformed(parseWith(orderCancelledSchema, json));
  const kind = KNOWN_TYPE.test(type) ? "unknown-version" : "unknown-type";
  return refuse(kind, "type", `${ORDER_PLACED_TYPE} or ${ORDER_CANCELLED_TYPE}`, type);
}

function orMalformed(parsed: Parsed<BusinessEvent>): ParsedBusinessEvent {
  return parsed.ok ? parsed : { ...parsed, kind: "malformed" };
}

function refuse(kind: RefusalKind, path: string, expected: string, received: unknown): ParsedBusinessEvent {
  return { ok: false, kind, issues: [issueAt(path, expected, received)] };
}
