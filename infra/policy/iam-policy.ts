import type { Statement } from "./graph-view.ts";
import type { Access } from "./iam-actions.ts";

/**
 * Whether a role with these statements, and no other policy, may do it: some statement allows it, and none denies it (AWS page:
 * "Policy evaluation logic"). Actions compare without regard to case; `*` and `?` stand for any text and any character.
 *
 * A condition is held against the `context` of the access. Without one, a statement that has a condition allows nothing and denies
 * everything that it matches, which errs on the safe side.
 *
 * @throws {UnknownOperator} for a condition on a context by an operator that is not known here
 */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const matching = statements.filter((statement) => covers(statement, access));
  const holds = ({ Condition }: Statement, unknown: boolean) =>
    Condition === undefined || (access.context === undefined ? unknown : meets(Condition, access.context));
  return (
    matching.some((statement) => statement.Effect === "Allow" && holds(statement, false)) &&
    !matching.some((statement) => statement.Effect === "Deny" && holds(statement, true))
  );
}

/** A condition whose meaning is not known here: add its operator, by AWS's page "IAM JSON policy elements: Condition operators". */
export class UnknownOperator extends Error {
  readonly code = "UNKNOWN_OPERATOR";

  constructor(operator: string) {
    super(`No condition operator is known here by the name ${operator}`);
    this.name = "UnknownOperator";
  }
}

const OPERATORS: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: matches,
  ArnLike: matches,
};

/** Every key of every operator has one of the values wanted; a key that the context lacks has none. */
function meets(condition: NonNullable<Statement["Condition"]>, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(condition).every(([operator, keys]) => {
    const compare = OPERATORS[operator];
    if (compare === undefined) throw new UnknownOperator(operator);
    return Object.entries(keys).every(([key, wanted]) => {
      const value = context[key];
      return value !== undefined && wanted.some((each) => compare(each, value));
    });
  });
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
