import type { Alternative, EventPattern, FieldRules, PatternNode } from "./event-pattern.ts";
import { isLeaf, isMap } from "./leaf.ts";

/**
 * True where the event, any JSON value, matches the pattern. Never throws. Of a list one element is enough, and fields below the
 * same list must match in the same element. Only leaves match: a map and an empty list count as absent (AWS: eb-event-patterns,
 * eb-event-patterns-arrays; recorded).
 */
export function matchesEvent(pattern: EventPattern, event: unknown): boolean {
  return pattern.alternatives.some((alternative) => matchesAlternative(alternative, event));
}

export function matchesAlternative({ root }: Alternative, event: unknown): boolean {
  return matchesNode(root, [event], event);
}

/** Usually there is one value; a name with dots beside names below each other gives several. */
function matchesNode(node: PatternNode, values: readonly unknown[], event: unknown): boolean {
  const elements = values.flatMap((value) => (Array.isArray(value) ? elementsOf(value) : []));
  const others = values.filter((value) => !Array.isArray(value));
  if (elements.length === 0) return matchesHere(node, others, event);
  return elements.some((element) => matchesHere(node, [...others, element], event));
}

function matchesHere(node: PatternNode, values: readonly unknown[], event: unknown): boolean {
  if (node.rules !== undefined && !matchesRules(node.rules, values, event)) return false;
  for (const [name, part] of node.parts) {
    if (!matchesNode(part, partsOf(values, name), event)) return false;
  }
  return true;
}

function matchesRules(rules: FieldRules, values: readonly unknown[], event: unknown): boolean {
  if (values.some((value) => isLeaf(value) && rules.tests.some((test) => test(value)))) return true;
  return rules.matchesAbsent && !hasLeaf(event, rules.path);
}

/** Whether there is any leaf at the path, in whichever elements of lists: then the field exists. */
function hasLeaf(event: unknown, path: readonly string[]): boolean {
  let values: readonly unknown[] = elementsOf([event]);
  for (const name of path) values = elementsOf(partsOf(values, name));
  return values.some(isLeaf);
}

/** The elements of a list and of the lists in it. */
function elementsOf(list: readonly unknown[]): unknown[] {
  const elements: unknown[] = [];
  const open: unknown[] = [list];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const each of value) open.push(each);
    else elements.push(value);
  }
  return elements;
}

/** What the maps among the values have under a name. `{"a.b": 1}` is read as `{"a": {"b": 1}}`. */
function partsOf(values: readonly unknown[], name: string): unknown[] {
  const parts: unknown[] = [];
  for (const value of values) {
    if (!isMap(value)) continue;
    for (const [key, part] of Object.entries(value)) {
      if (key === name) parts.push(part);
      else if (key.startsWith(`${name}.`)) parts.push({ [key.slice(name.length + 1)]: part });
    }
  }
  return parts;
}
