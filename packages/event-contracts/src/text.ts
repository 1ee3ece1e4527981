import { matching } from "./matching.ts";

/** A character that every hop can carry: SQS refuses the others in a message body, or a log line would act on them. */
export const CHARACTER = "[^\\p{Cc}\\p{Cs}\\p{NChar}]";

/** Text of 1 to `maxChars` characters (code points), no control characters, lone surrogates or noncharacters. */
// @__NO_SIDE_EFFECTS__
export function text(maxChars: number) {
  return matching(new RegExp(`^${CHARACTER}{1,${maxChars}}$`, "u"), describe(maxChars));
}

/** Like {@link text}, and with no white space at either end: two identifiers that look alike are alike. */
// @__NO_SIDE_EFFECTS__
export function identifier(maxChars: number) {
  const pattern = new RegExp(`^(?!\\s)${CHARACTER}{1,${maxChars}}(?<!\\s)$`, "u");
  return matching(pattern, `${describe(maxChars)}, no white space at either end`);
}

function describe(maxChars: number): string {
  return `1 to ${maxChars} characters, no control characters or lone surrogates`;
}
