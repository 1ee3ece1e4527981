import { type EventPattern, parseEventPattern } from "./event-pattern.ts";
import { matchesEvent } from "./match-event.ts";
import { SNS_FILTER_POLICIES } from "./pattern-dialect.ts";
import { refuse } from "./invalid-pattern.ts";
import { isMap } from "./leaf.ts";

/** A subscription's `FilterPolicyScope`. */
export type FilterPolicyScope = "MessageAttributes" | "MessageBody";

/** A published message, as far as a filter policy looks at it. */
export interface PublishedMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, { readonly dataType: string; readonly stringValue?: string }>>;
}

/** A subscription's filter policy, parsed. */
export interface FilterPolicy {
  /** True where the subscription receives the message. A body that is not a JSON object matches no policy on the body. */
  accepts(message: PublishedMessage): boolean;
}

/** AWS: subscription-filter-policy-constraints. */
const MAXIMUM_KEYS = 5;
const MAXIMUM_COMBINATIONS = 150;

/**
 * Parses a filter policy. `{}` is none: everything passes. The API's sentence is `Invalid parameter: FilterPolicy: ` and the error's
 * `reason` (of Subscribe: `Invalid parameter: Attributes Reason: FilterPolicy: `).
 *
 *     const policy = parseFilterPolicy('{"store":["example_corp"],"price":[{"numeric":[">=",100]}]}', "MessageAttributes");
 *     policy.accepts({ body: "", attributes: { store: { dataType: "String", stringValue: "example_corp" } } }); // false: no price
 *
 * @throws InvalidPattern
 */
export function parseFilterPolicy(text: string, scope: FilterPolicyScope): FilterPolicy {
  if (/^\s*\{\s*\}\s*$/.test(text)) return { accepts: () => true };
  const bytes = Buffer.byteLength(text);
  if (bytes > SNS_FILTER_POLICIES.maximumLength)
    refuse("", `The filter policy has ${bytes} bytes`, "at most 262,144 bytes");
  const pattern = parseEventPattern(text, SNS_FILTER_POLICIES);
  checkLimits(pattern, scope);
  if (scope === "MessageAttributes")
    return { accepts: ({ attributes }) => matchesEvent(pattern, valuesOf(attributes)) };
  return {
    accepts({ body }) {
      const parsed = parsedJson(body);
      return isMap(parsed) && matchesEvent(pattern, parsed);
    },
  };
}

function checkLimits({ alternatives }: EventPattern, scope: FilterPolicyScope): void {
  const fields = alternatives.flatMap((alternative) => alternative.fields);
  const nested = fields.find(({ depth }) => depth > 1);
  if (scope === "MessageAttributes" && nested !== undefined) {
    const reason = "Filter policy scope MessageAttributes does not support nested filter policy";
    refuse(nested.path.join("."), reason, "a list at every name");
  }
  // Of a policy on the body, only the names at the top are counted.
  const keys = new Set(fields.map(({ path, depth }) => (depth === 1 ? path.join(".") : path[0])));
  if (keys.size > MAXIMUM_KEYS)
    refuse("", `Filter policy can not have more than ${MAXIMUM_KEYS} keys`, `at most ${MAXIMUM_KEYS} names at the top`);
  const combinations = alternatives
    .map((alternative) => alternative.fields.reduce((product, { count, depth }) => product * count * depth, 1))
    .reduce((sum, each) => sum + each, 0);
  if (combinations > MAXIMUM_COMBINATIONS)
    refuse("", "Filter policy is too complex", `at most ${MAXIMUM_COMBINATIONS} combinations of values`);
}

/** Attributes as a policy compares them: text, numbers, lists; those of type `Binary` are ignored. */
function valuesOf(attributes: PublishedMessage["attributes"]): Record<string, unknown> {
  const values: [string, unknown][] = [];
  for (const [name, { dataType, stringValue = "" }] of Object.entries(attributes)) {
    if (dataType === "String") values.push([name, stringValue]);
    if (dataType === "Number" && stringValue.trim() !== "") values.push([name, Number(stringValue)]);
    if (dataType === "String.Array") {
      const list = parsedJson(stringValue);
      if (Array.isArray(list)) values.push([name, list]);
    }
  }
  return Object.fromEntries(values);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
