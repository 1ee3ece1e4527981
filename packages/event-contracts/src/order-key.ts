import { isOrderId } from "./cloud-event.ts";
import { isPartner } from "./partner.ts";

/** What tells an order from all others: partners number alike. */
export interface OrderIdentity {
  readonly partner: string;
  /** The order's id among those of its partner. */
  readonly orderId: string;
}

/** Whose order an event is about: `source` names the partner, whoever sent the event, and `subject` the order. */
export function orderOf({ source, subject }: { readonly source: string; readonly subject: string }): OrderIdentity {
  return { partner: source, orderId: subject };
}

/**
 * The identity as one text, `partner/order id`: an order is stored, audited and asked for by it. Two orders never share it, since
 * no partner's name has a slash. At most 385 bytes of UTF-8.
 */
export function orderKey({ partner, orderId }: OrderIdentity): string {
  return `${partner}/${orderId}`;
}

/** What an {@link orderKey} names; undefined for another text, such as an order id alone. Never throws. */
export function readOrderKey(text: string): OrderIdentity | undefined {
  const slash = text.indexOf("/");
  const [partner, orderId] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  return isPartner(partner) && isOrderId(orderId) ? { partner, orderId } : undefined;
}
