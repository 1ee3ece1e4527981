/** What stands in double quotes; an unclosed quote, of a reason that was cut, goes to the end. */
const QUOTED = /"(?:[^"\\]|\\.?)*(?:"|$)/gs;
/** SHA-256 in hexadecimal. */
const FINGERPRINT = /\b([0-9a-f]{12})[0-9a-f]{52}\b/g;

/** A reason as a story tells it: without what it quotes of the content, which `failures show` has, and with fingerprints cut. */
export function brief(reason: string): string {
  return reason.replaceAll(QUOTED, '"…"').replaceAll(FINGERPRINT, "$1…");
}
