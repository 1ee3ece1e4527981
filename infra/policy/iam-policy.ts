import type { Statement } from "./graph-view.ts";
import type { Access } from "./iam-actions.ts";

/**
 * Whether a role with these statements, and no other policy, may do it: some statement allows it, and none denies it (AWS page:
 * "Policy evaluation logic"). Actions compare without regard to case; `*` and `?` stand for any text and any character.
 *
 * Conditions are not evaluated: a statement that has one allows nothing and denies everything that it matches, which errs on
 * the safe side.
 */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const matching = statements.filter((statement) => covers(statement, access));
  return (
    matching.some(({ Effect, Condition }) => Effect === "Allow" && Condition === undefined) &&
    !matching.some(({ Effect }) => Effect === "Deny")
  );
}

/** Whether the statement speaks of this action on this resource. */
function covers({ Action, Resource }: Statement, { action, resource }: Access): boolean {
  return (
    Action.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    Resource.some((pattern) => matches(pattern, resource))
  );
}

/** Each action on each resource that the statements allow by name. */
export function grantsOf(statements: readonly Statement[]): readonly Access[] {
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action, Resource }) => Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))));
}

/** Whether `text` is what the IAM pattern says. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`).test(text);
}
