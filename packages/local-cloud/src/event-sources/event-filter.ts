/** A filter pattern that is not JSON, or that uses what Lambda's filter rules do not know. */
export class FilterRefused extends Error {
  readonly code = "FILTER_REFUSED";
  readonly pattern: string;
  constructor(pattern: string, reason: string) {
    super(`The filter pattern ${pattern} is refused: ${reason}`);
    this.name = "FilterRefused";
    this.pattern = pattern;
  }
}

type Test = (value: unknown) => boolean;

/**
 * Makes the filter criteria of a mapping into a test of a record's JSON text (AWS: invocation-eventfiltering). A record
 * passes when any pattern matches; without patterns every record passes. Of an SQS record the body is compared as JSON
 * where the pattern names fields of it, and as text where it does not; a body of the other form does not match
 * (AWS: with-sqs-filtering).
 * @throws FilterRefused
 */
export function compileFilters(patterns: readonly string[], source: "sqs" | "dynamodb"): (record: string) => boolean {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map((text) => compilePattern(text, source));
  return (text) => {
    const record: unknown = JSON.parse(text);
    return tests.some((test) => test(record));
  };
}

function compilePattern(text: string, source: "sqs" | "dynamodb"): Test {
  const pattern = parsePattern(text);
  if (source === "dynamodb" || !("body" in pattern)) return objectTest(pattern, text);
  const { body, ...rest } = pattern;
  const others = objectTest(rest, text);
  const bodyTest = fieldTest(body, text);
  const wantsText = Array.isArray(body);
  return (record) => {
    const given = isObject(record) ? record["body"] : undefined;
    const parsed = typeof given === "string" ? parsedObject(given) : undefined;
    if (wantsText ? parsed !== undefined : parsed === undefined) return false;
    return bodyTest(wantsText ? given : parsed) && others(record);
  };
}

function parsePattern(text: string): Record<string, unknown> {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw new FilterRefused(text, `it is not JSON (${error instanceof Error ? error.message : "unreadable"}).`);
  }
  if (!isObject(pattern)) throw new FilterRefused(text, "it is not a JSON object.");
  return pattern;
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Every field must match. */
function objectTest(pattern: Record<string, unknown>, text: string): Test {
  const tests = Object.entries(pattern).map(([name, wanted]): Test => {
    if (name === "$or" && Array.isArray(wanted)) return orTest(wanted, text);
    const test = fieldTest(wanted, text);
    return (value) => test(isObject(value) ? value[name] : undefined);
  });
  return (value) => tests.every((test) => test(value));
}

function orTest(alternatives: readonly unknown[], text: string): Test {
  const tests = alternatives.map((alternative) => {
    if (!isObject(alternative)) throw new FilterRefused(text, "$or takes a list of objects.");
    return objectTest(alternative, text);
  });
  return (value) => tests.some((test) => test(value));
}

/** An object goes one level down; a list names the values that match, of which one is enough. */
function fieldTest(wanted: unknown, text: string): Test {
  if (isObject(wanted)) return objectTest(wanted, text);
  if (!Array.isArray(wanted)) throw new FilterRefused(text, "a value to match stands in a list.");
  const tests = wanted.map((rule) => ruleTest(rule, text));
  return (value) => {
    const candidates: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
    return tests.some((test) => candidates.some(test));
  };
}

function ruleTest(rule: unknown, text: string): Test {
  if (!isObject(rule)) return (value) => value === rule;
  const [entry, ...more] = Object.entries(rule);
  if (!entry || more.length > 0) throw new FilterRefused(text, "a rule has one operator.");
  const [operator, operand] = entry;
  if (operator === "exists" && typeof operand === "boolean") return (value) => (value !== undefined) === operand;
  if (operator === "anything-but") return anythingBut(operand);
  if (operator === "numeric" && Array.isArray(operand)) return numericTest(operand, text);
  if (typeof operand === "string") {
    if (operator === "prefix") return (value) => typeof value === "string" && value.startsWith(operand);
    if (operator === "suffix") return (value) => typeof value === "string" && value.endsWith(operand);
    if (operator === "equals-ignore-case") {
      return (value) => typeof value === "string" && value.toLowerCase() === operand.toLowerCase();
    }
  }
  throw new FilterRefused(text, `${operator} is not a rule that is known here.`);
}

function anythingBut(operand: unknown): Test {
  const refused: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  return (value) => value !== undefined && !refused.includes(value);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `["=", 1]` or `[">", 1, "<=", 9]`. DynamoDB's numbers are strings in a record, and compare as numbers. */
function numericTest(operand: readonly unknown[], text: string): Test {
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const compare = COMPARISONS[String(operand[at])];
    const bound = operand[at + 1];
    if (!compare || typeof bound !== "number")
      throw new FilterRefused(text, "numeric takes pairs of a comparison and a number.");
    tests.push((value) => compare(value, bound));
  }
  return (value) => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) && tests.every((test) => test(number));
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
