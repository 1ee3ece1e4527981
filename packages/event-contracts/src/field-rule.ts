import * as v from "valibot";
import type { Schema } from "./parse-with.ts";

/**
 * Adds to an object's schema a rule about one of its fields that depends on others. `requirement` says what the field
 * should be, or nothing where it is. The issue is the field's own.
 */
// @__NO_SIDE_EFFECTS__
export function withFieldRule<T extends Record<string, unknown>>(
  schema: Schema<T>,
  key: keyof T & string,
  requirement: (value: T) => string | undefined,
): Schema<T> {
  const action = v.rawCheck<T>(({ dataset, addIssue }) => {
    // Fields that are wrong by themselves have issues of their own, and nothing can be said about them together.
    if (!dataset.typed || dataset.issues !== undefined) return;
    const input = dataset.value;
    const message = requirement(input);
    if (message === undefined) return;
    addIssue({
      message,
      input: input[key],
      path: [{ type: "object", origin: "value", input, key, value: input[key] }],
    });
  });
  // Named as valibot's own actions name theirs: the published contract tells the rules apart by it.
  return v.pipe(schema, { ...action, requirement });
}
