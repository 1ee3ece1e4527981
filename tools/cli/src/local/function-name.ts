import { CommandError } from "../command-error.ts";

/** A function, by its name and that of its component. */
interface Named {
  readonly name: string;
  readonly component: string;
}

/**
 * The full name of a function from what a person types: its component, such as `MyPublisher`, or the end of its name, so that
 * `order-queue` stands for `doorbell-local-order-queue`, whatever the stage.
 *
 * @throws {CommandError} no function or more than one fits; the message lists those there are
 */
export function resolveFunctionName(typed: string, functions: readonly Named[]): string {
  const fits: readonly ((each: Named) => boolean)[] = [
    ({ name }) => name === typed,
    ({ component }) => component === typed,
    ({ name }) => name.endsWith(`-${typed}`),
  ];
  for (const fit of fits) {
    const [fitting, ...others] = functions.filter(fit);
    if (fitting !== undefined && others.length === 0) return fitting.name;
  }
  const names = functions.map(({ name }) => name).join(", ");
  throw new CommandError(`there is no function "${typed}"; there are ${names || "none"}.`);
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
