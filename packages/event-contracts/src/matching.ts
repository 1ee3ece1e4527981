import * as v from "valibot";

/**
 * Text for which `requirement` is true; `expected` says so in words. The published contract tells the rules apart by
 * `requirement` and shows the words. (One step of valibot's instead of a pipe of a string and a check, since nearly every field is such a text.)
 */
// @__NO_SIDE_EFFECTS__
export function textThat(requirement: (text: string) => boolean, expected: string) {
  const isRight = (input: unknown) => typeof input === "string" && requirement(input);
  const schema = v.custom<string>(isRight, ({ input }) => (typeof input === "string" ? expected : "string"));
  return { ...schema, requirement, expected };
}

/** Text that matches `pattern`; `expected` says so in words. The published contract shows both. */
// @__NO_SIDE_EFFECTS__
export function matching(pattern: RegExp, expected: string) {
  return { ...textThat((text) => pattern.test(text), expected), pattern };
}
