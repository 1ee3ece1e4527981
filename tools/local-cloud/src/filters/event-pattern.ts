import type { PatternDialect } from "./pattern-dialect.ts";
import { refuse } from "./invalid-pattern.ts";
import { isMap } from "./leaf.ts";
import { type ValueRules, parseValueRules } from "./value-rule.ts";

/** The rules of one field, and where it is. */
export interface FieldRules extends ValueRules {
  /** Names from the event down. */
  readonly path: readonly string[];
  /** How deeply the pattern nests it: 1 at the top. A name with dots does not nest. */
  readonly depth: number;
  /** Values and operators in its list. */
  readonly count: number;
}

/** A level of a pattern: what the value itself must be, and what its parts must be. */
export interface PatternNode {
  readonly rules?: FieldRules;
  readonly parts: ReadonlyMap<string, PatternNode>;
}

/** A pattern without its `$or`: all fields must match. */
export interface Alternative {
  readonly fields: readonly FieldRules[];
  readonly root: PatternNode;
}

/** A parsed pattern: it matches where one of the alternatives does. Each `$or` multiplies them. */
export interface EventPattern {
  readonly alternatives: readonly Alternative[];
}

/** EventBridge's limit for `$or`, here for every dialect (AWS: eb-create-pattern-operators). */
export const MAXIMUM_ALTERNATIVES = 1_000;

/** Levels of a pattern, those of names with dots included. AWS's JSON parser takes no more either. */
const MAXIMUM_DEPTH = 1_000;

/** Names that, inside `$or`, make an ordinary field of it (AWS: sns and-or-logic; eb-create-pattern-operators). */
const RESERVED_IN_OR = new Set(
  `exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard
   not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range
   ip-address-not-in-range`.split(/\s+/),
);

/**
 * Parses a pattern, once for all events.
 * @throws InvalidPattern
 */
export function parseEventPattern(text: string, dialect: PatternDialect): EventPattern {
  const limit = dialect.maximumLength;
  if (text.length > limit)
    refuse("", `The pattern has ${text.length} characters`, `at most ${limit.toLocaleString("en")} characters`);
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    refuse("", `failed to parse JSON: ${error instanceof Error ? error.message : "unreadable"}`, "a JSON object");
  }
  if (!isMap(pattern)) refuse("", "Filter is not an object", "a JSON object");
  const expanded = expand({ fields: pattern, above: [], depth: 0 }, [new Map()], dialect);
  return { alternatives: expanded.map(toAlternative) };
}

/** Fields by their path: the later of two rules for one field counts, as in AWS's. */
type Fields = Map<string, FieldRules>;

interface Level {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly above: readonly string[];
  /** Levels of the text, those of `$or` included. */
  readonly depth: number;
}

/** Adds a level's fields to each of the alternatives so far, which it changes. */
function expand(level: Level, soFar: readonly Fields[], dialect: PatternDialect): readonly Fields[] {
  const { above } = level;
  const depth = level.depth + 1;
  const entries = Object.entries(level.fields);
  if (entries.length === 0) refuse(shown(above), "Empty objects are not allowed", "at least one field");
  checkDepth(depth);
  let alternatives = soFar;
  for (const [name, value] of entries) {
    const path = [...above, name];
    if (name === "$or" && isOr(value)) {
      const before = alternatives;
      const after: Fields[] = [];
      for (const fields of value) {
        const copies = before.map((each) => new Map(each));
        after.push(...expand({ fields, above, depth }, copies, dialect));
        if (after.length > MAXIMUM_ALTERNATIVES) refuse(shown(path), "The combinations of $or are too many", AT_MOST);
      }
      alternatives = after;
    } else if (isMap(value)) alternatives = expand({ fields: value, above: path, depth }, alternatives, dialect);
    else if (Array.isArray(value)) {
      const key = path.join(".");
      const rules = parseValueRules(value, key, dialect);
      const field = { ...rules, path: key.split("."), depth: path.length, count: value.length };
      checkDepth(field.path.length);
      for (const fields of alternatives) fields.set(key, field);
    } else refuse(shown(path), `"${name}" must be an object or an array`, "a list of values, or an object of fields");
  }
  return alternatives;
}

function checkDepth(depth: number): void {
  if (depth > MAXIMUM_DEPTH) refuse("", "The pattern nests too deeply", `at most ${MAXIMUM_DEPTH} levels`);
}

const AT_MOST = `at most ${MAXIMUM_ALTERNATIVES.toLocaleString("en")} combinations`;

const shown = (path: readonly string[]) => path.join(".");

function isOr(value: unknown): value is Readonly<Record<string, unknown>>[] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((each) => isMap(each) && Object.keys(each).every((name) => !RESERVED_IN_OR.has(name)))
  );
}

interface MutableNode {
  rules?: FieldRules;
  readonly parts: Map<string, MutableNode>;
}

/** A name with dots means the same as names below each other (AWS: eb-event-patterns, considerations). */
function toAlternative(fields: Fields): Alternative {
  const root: MutableNode = { parts: new Map() };
  for (const field of fields.values()) {
    let node = root;
    for (const name of field.path) {
      const part = node.parts.get(name) ?? { parts: new Map() };
      node.parts.set(name, part);
      node = part;
    }
    node.rules = field;
  }
  return { fields: [...fields.values()], root };
}
