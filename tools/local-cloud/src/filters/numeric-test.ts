import { refuse } from "./invalid-pattern.ts";
import type { LeafTest } from "./leaf.ts";

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/**
 * The operand of `numeric`: `["=", 5]`, `["<", 10]`, or a range that names its bottom first, `[">", 0, "<=", 5]`. Strings never
 * match, and a number of DynamoDB (`{"N": "101"}`) is a string.
 * @throws InvalidPattern with the sentences that AWS's services have for each mistake
 */
export function numericTest(operand: unknown, path: string, largest: number): LeafTest {
  if (!Array.isArray(operand)) refuse(path, "Value of numeric must be an array.", EXPECTED);
  const terms: readonly unknown[] = operand;
  const [operator, value, upperOperator, upperValue] = terms;
  if (typeof operator !== "string")
    refuse(path, `Invalid member in numeric match: ${terms.length === 0 ? "]" : shown(operator)}`, EXPECTED);
  const compare = comparison(operator);
  if (compare === undefined) refuse(path, `Unrecognized numeric range operator: ${operator}`, EXPECTED);
  const bound = numberOf(value, operator === "=" ? "equals" : operator, path, largest);
  if (terms.length === 2) return (leaf) => typeof leaf === "number" && compare(leaf, bound);

  if (operator !== ">" && operator !== ">=") refuse(path, "Too many elements in numeric expression", EXPECTED);
  if (typeof upperOperator !== "string") refuse(path, `Bad value in numeric range: ${shown(upperOperator)}`, EXPECTED);
  const compareUpper = upperOperator.startsWith("<") ? comparison(upperOperator) : undefined;
  if (compareUpper === undefined) refuse(path, `Bad numeric range operator: ${upperOperator}`, EXPECTED);
  const upper = numberOf(upperValue, upperOperator, path, largest);
  if (terms.length > 4) refuse(path, "Too many terms in numeric range expression", EXPECTED);
  if (bound >= upper) refuse(path, "Bottom must be less than top", EXPECTED);
  return (leaf) => typeof leaf === "number" && compare(leaf, bound) && compareUpper(leaf, upper);
}

const EXPECTED = 'a comparison and a number, such as [">", 0], or a range, such as [">", 0, "<=", 5]';

const comparison = (operator: string) => (Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined);

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function numberOf(value: unknown, operator: string, path: string, largest: number): number {
  if (typeof value !== "number") refuse(path, `Value of ${operator} must be numeric`, EXPECTED);
  if (!(Math.abs(value) <= largest))
    refuse(path, `Value must be between -${largest} and ${largest}, inclusive`, `a number of at most ${largest}`);
  return value;
}
