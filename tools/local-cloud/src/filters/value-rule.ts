import { cidrTest } from "./cidr-test.ts";
import { isLeaf, isMap, type LeafTest } from "./leaf.ts";
import { numericTest } from "./numeric-test.ts";
import type { NegatedOperator, Operator, PatternDialect } from "./pattern-dialect.ts";
import { refuse } from "./invalid-pattern.ts";
import { wildcardTest } from "./wildcard-test.ts";

/** What a field may be: one test that passes is enough. */
export interface ValueRules {
  readonly tests: readonly LeafTest[];
  /** True for `{"exists": false}`: the field matches where it is not there, or is a map. */
  readonly matchesAbsent: boolean;
}

/**
 * Parses the list of a field, values and operators.
 * @throws InvalidPattern
 */
export function parseValueRules(list: readonly unknown[], path: string, dialect: PatternDialect): ValueRules {
  if (list.length === 0) refuse(path, "Empty arrays are not allowed", "at least one value");
  const tests: LeafTest[] = [];
  let matchesAbsent = false;
  for (const [index, rule] of list.entries()) {
    const at = `${path}[${index}]`;
    if (isLeaf(rule)) tests.push((leaf) => leaf === rule);
    else if (!isMap(rule))
      refuse(at, "Match value must be String, number, true, false, or null", "a value, or an object with one operator");
    else {
      const [operator, operand] = onlyEntry(rule, at, dialect.operators, (name) => `Unrecognized match type ${name}`);
      const test = operatorTest(operator, operand, `${at}.${operator}`, dialect);
      if (test === "absent") matchesAbsent = true;
      else tests.push(test);
    }
  }
  return { tests, matchesAbsent };
}

/** The one entry of an object, whose name is among those that are known. */
function onlyEntry<Name extends string>(
  rule: Readonly<Record<string, unknown>>,
  path: string,
  known: ReadonlySet<Name>,
  unknown: (name: string) => string,
): [Name, unknown] {
  const names = Object.keys(rule);
  const [name] = names;
  if (name === undefined) refuse(path, "Match expression name not found", oneOf(known));
  const found = [...known].find((each) => each === name);
  if (found === undefined) refuse(path, unknown(name), oneOf(known));
  if (names.length > 1) refuse(path, "Only one key allowed in match expression", "one operator in an object");
  return [found, rule[name]];
}

const oneOf = (names: ReadonlySet<string>) =>
  names.size === 0 ? "strings or numbers" : `one of ${[...names].join(", ")}`;

function operatorTest(
  operator: Operator,
  operand: unknown,
  path: string,
  dialect: PatternDialect,
): LeafTest | "absent" {
  switch (operator) {
    case "exists":
      if (typeof operand !== "boolean")
        refuse(path, "exists match pattern must be either true or false.", "true or false");
      return operand ? () => true : "absent";
    case "anything-but":
      return anythingBut(operand, path, dialect);
    case "numeric":
      return numericTest(operand, path, dialect.largestNumber);
    case "cidr":
      return cidrTest(operand, path);
    default:
      return textTest(operator, operand, path, dialect.ignoreCaseAtEnds);
  }
}

function textTest(operator: NegatedOperator, operand: unknown, path: string, ignoreCaseAtEnds: boolean): LeafTest {
  if ((operator === "prefix" || operator === "suffix") && ignoreCaseAtEnds && isMap(operand)) {
    const [, inner] = onlyEntry(operand, path, IGNORE_CASE, (name) => `Unsupported ${operator} pattern: ${name}`);
    return ofText(endsIgnoringCase(operator, requireText("equals-ignore-case", inner, `${path}.equals-ignore-case`)));
  }
  return ofText(textPredicate(operator, requireText(operator, operand, path), path));
}

const IGNORE_CASE: ReadonlySet<"equals-ignore-case"> = new Set(["equals-ignore-case"] as const);

function requireText(operator: string, operand: unknown, path: string): string {
  if (typeof operand !== "string") refuse(path, `${operator} match pattern must be a string`, "a string");
  return operand;
}

type TextPredicate = (text: string) => boolean;

const ofText =
  (predicate: TextPredicate): LeafTest =>
  (leaf) =>
    typeof leaf === "string" && predicate(leaf);

function textPredicate(operator: NegatedOperator, wanted: string, path: string): TextPredicate {
  switch (operator) {
    case "prefix":
      return (text) => text.startsWith(wanted);
    case "suffix":
      return (text) => text.endsWith(wanted);
    case "equals-ignore-case": {
      const lower = wanted.toLowerCase();
      return (text) => text.toLowerCase() === lower;
    }
    default:
      return wildcardTest(wanted, path);
  }
}

function endsIgnoringCase(operator: "prefix" | "suffix", wanted: string): TextPredicate {
  const lower = wanted.toLowerCase();
  return operator === "prefix"
    ? (text) => text.toLowerCase().startsWith(lower)
    : (text) => text.toLowerCase().endsWith(lower);
}

/** Every leaf passes but those named: numbers and `null` pass `{"anything-but": {"prefix": …}}`. */
function anythingBut(operand: unknown, path: string, dialect: PatternDialect): LeafTest {
  if (isMap(operand)) {
    const unsupported = (name: string) => `Unsupported anything-but pattern: ${name}`;
    const [operator, inner] = onlyEntry(operand, path, dialect.negated, unsupported);
    const refused = negatedPredicates(operator, inner, `${path}.${operator}`);
    return (leaf) => typeof leaf !== "string" || !refused.some((predicate) => predicate(leaf));
  }
  if (typeof operand === "string" || typeof operand === "number") return (leaf) => leaf !== operand;
  if (!Array.isArray(operand)) {
    const reason = "Value of anything-but must be an array or single string/number value.";
    refuse(path, reason, "strings or numbers");
  }
  const values: readonly unknown[] = operand;
  if (values.length === 0) refuse(path, "Empty arrays are not allowed", "at least one value");
  const kinds = new Set(values.map((value) => typeof value));
  if (![...kinds].every((kind) => kind === "string" || kind === "number"))
    refuse(path, "Inside anything but list, start|null|boolean is not supported.", "strings or numbers");
  if (kinds.size > 1) {
    const reason = "Inside anything but list, either all values are number or string, mixed type is not supported";
    refuse(path, reason, "strings alone or numbers alone");
  }
  return (leaf) => !values.includes(leaf);
}

function negatedPredicates(operator: NegatedOperator, operand: unknown, path: string): TextPredicate[] {
  if (isMap(operand) || operand === null) {
    const reason = "Value of anything-but must be an array or single string/number value.";
    refuse(path, reason, "a string, or a list of strings");
  }
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) refuse(path, "Empty arrays are not allowed", "at least one string");
  return list.map((value) => {
    if (typeof value !== "string") refuse(path, NEGATED_TYPE[operator], "a string, or a list of strings");
    if (value === "" && (operator === "prefix" || operator === "suffix"))
      refuse(path, "Null prefix/suffix not allowed", "a string that is not empty");
    return textPredicate(operator, value, path);
  });
}

const NEGATED_TYPE: Readonly<Record<NegatedOperator, string>> = {
  prefix: "prefix/suffix match pattern must be a string",
  suffix: "prefix/suffix match pattern must be a string",
  "equals-ignore-case": "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
  wildcard: "wildcard match pattern must be a string",
};
