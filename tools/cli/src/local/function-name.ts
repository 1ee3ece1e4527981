import { CommandError } from "../command-error.ts";

/**
 * The full name of a function from what a person types: `order-queue` stands for `doorbell-local-order-queue`, whatever the stage.
 *
 * @throws {CommandError} no function or more than one fits; the message lists those there are
 */
export function resolveFunctionName(typed: string, names: readonly string[]): string {
  if (names.includes(typed)) return typed;
  const [fitting, ...others] = names.filter((name) => name.endsWith(`-${typed}`));
  if (fitting !== undefined && others.length === 0) return fitting;
  throw new CommandError(`there is no function "${typed}"; there are ${names.join(", ") || "none"}.`);
}

/** `doorbell-local-order-queue` → `order-queue`: the name without what all names have in front. */
export function shortFunctionName(name: string, names: readonly string[]): string {
  const parts = names.map((each) => each.split("-"));
  const own = name.split("-");
  let shared = 0;
  while (names.length > 1 && shared < own.length - 1 && parts.every((each) => each[shared] === own[shared]))
    shared += 1;
  return own.slice(shared).join("-");
}
