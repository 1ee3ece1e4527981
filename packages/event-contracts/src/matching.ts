import * as v from "valibot";

/**
 * Text that matches `pattern`; `expected` says so in words. The published contract shows both. (valibot's own action for
 * patterns would come on top of the one for checks, and every byte here is loaded at a cold start.)
 */
// @__NO_SIDE_EFFECTS__
export function matching(pattern: RegExp, expected: string) {
  return v.pipe(v.string(), { ...v.check((text: string) => pattern.test(text), expected), pattern });
}
