/** Bytes of UTF-8 that a reason may have where it is kept; a longer one is cut. */
export const REASON_LIMIT_BYTES = 1_024;

/**
 * A reason as it can be stored anywhere: only characters that XML 1.0 allows (SQS refuses others), at most `maxBytes`
 * bytes of UTF-8, cut between characters and marked with an ellipsis, never empty.
 * AWS: SQS Developer Guide, "Amazon SQS message quotas".
 */
export function storableReason(reason: string, maxBytes: number = REASON_LIMIT_BYTES): string {
  const legal = reason.replace(NOT_XML, "").trim();
  return cut(legal === "" ? "no reason given" : legal, Math.min(maxBytes, REASON_LIMIT_BYTES));
}

// With the u flag a lone surrogate is a character of its own, so it is outside these ranges and goes.
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * A reason as it may be logged: what stands in double quotes is out of the payload, and may be personal data, so it is
 * left out. An unclosed quote (of a reason that was cut) hides the rest.
 */
export function loggableReason(reason: string): string {
  return storableReason(reason).replace(/"(?:[^"\\]|\\.?)*(?:"|$)/gs, '"…"');
}

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const ellipsis = "…";
  let kept = "";
  let bytes = Buffer.byteLength(ellipsis);
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept + ellipsis;
}
