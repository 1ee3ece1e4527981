import * as v from "valibot";
import { instantSchema } from "./calendar-schema.ts";
import { withFieldRule } from "./field-rule.ts";
import { textThat } from "./matching.ts";
import type { Schema } from "./parse-with.ts";
import { partnerSchema } from "./partner.ts";
import { identifier } from "./text.ts";

/** An order id is at most this long. */
export const MAX_ORDER_ID_CHARS = 64;

const base = /* @__PURE__ */ identifier(MAX_ORDER_ID_CHARS);

/** Default-ignorable code points (zero-width characters, bidirectional controls, variation selectors, tags) and line separators. */
const INVISIBLE = /[\p{DI}\u2028\u2029]/u;

/**
 * True for an order id: an identifier in Unicode's NFC without invisible characters. Orders are stored under it and their partner, so what
 * reads as one id must be one id. Another form is refused, never rewritten: the sender would look for an id that nobody has.
 */
export function isOrderId(text: string): boolean {
  return base.requirement(text) && !INVISIBLE.test(text) && text.normalize() === text;
}

/** The id of an order, see {@link isOrderId}. */
export const orderIdSchema = textThat(isOrderId, `${base.expected}, in Unicode's NFC, none invisible or bidirectional`);

/** What the subject of an order's event should be, where it is not the order. */
export function expectedSubject(event: { subject: string; data: { orderId: string } }): string | undefined {
  return event.subject === event.data.orderId ? undefined : "the same as data.orderId";
}

/**
 * A CloudEvents 1.0 event in structured JSON, whose data fits `data`. `source` names the partner whose order it is, whoever sends the
 * event; `subject` is the order's id and must equal `data.orderId`. Extension attributes other than `correlationid` are allowed and ignored.
 */
// @__NO_SIDE_EFFECTS__
export function orderEvent<const Type extends string, Data extends { orderId: string }>(
  type: Type,
  data: Schema<Data>,
) {
  return withFieldRule(
    v.object({
      specversion: v.literal("1.0"),
      id: identifier(256),
      source: partnerSchema,
      type: v.literal(type),
      subject: identifier(MAX_ORDER_ID_CHARS),
      time: instantSchema,
      datacontenttype: v.exactOptional(v.literal("application/json")),
      dataschema: v.exactOptional(identifier(2048)),
      correlationid: v.exactOptional(identifier(128)),
      data,
    }),
    "subject",
    expectedSubject,
  );
}
