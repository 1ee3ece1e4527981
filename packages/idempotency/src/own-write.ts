import { canonicalJson } from "./fingerprint.ts";
import type { Attributes, Write } from "./store.ts";

/**
 * Whether the stored item is as `write` leaves it. Asked only after a write whose answer was lost: if so, it happened, or an
 * identical one did, which is the same. Without a lost answer an equal item is what an earlier delivery left.
 */
export function isOwnWrite(write: Write, stored: Attributes | undefined): boolean {
  if (stored === undefined) return false;
  const left = write.kind === "insert" ? write.item : write.set;
  return Object.entries(left).every(([name, value]) => {
    const found = stored[name];
    return found !== undefined && canonicalJson(found) === canonicalJson(value);
  });
}
