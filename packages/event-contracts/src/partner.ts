import { textThat } from "./matching.ts";

/** A partner's name has at most this many characters, escapes included: the longest message group id that SQS takes (AWS: `SendMessage`). */
export const MAX_PARTNER_CHARS = 128;

/**
 * The name of the partner that is called `text`: percent-encoded as `encodeURIComponent` does it. So a name is a URI-reference, as
 * CloudEvents wants of `source`; it fits a message group id; it has no slash; and names that look alike are alike, since whatever is
 * not ASCII stands in it as bytes. It may be too long, see {@link isPartner}.
 */
export function partnerName(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** True for a name that {@link partnerName} gives and that has at most {@link MAX_PARTNER_CHARS} characters. */
export function isPartner(name: string): boolean {
  if (name === "" || name.length > MAX_PARTNER_CHARS) return false;
  try {
    return encodeURIComponent(decodeURIComponent(name)) === name;
  } catch {
    return false; // an escape that is cut off, or of no UTF-8
  }
}

/** The partner whose order an event is about, see {@link isPartner}. */
export const partnerSchema = /* @__PURE__ */ textThat(
  isPartner,
  `a partner's name: 1 to ${MAX_PARTNER_CHARS} characters, percent-encoded as by encodeURIComponent`,
);
