import { isMap } from "../../filters/leaf.ts";
import type { RuleDefinition, TargetInput } from "../../graph/graph.ts";
import type { BusEvent } from "./bus-event.ts";

/** The syntax of JSON paths that EventBridge has (AWS: eb-transform-target-input): `$.detail.items[0].name`, `$.detail.items[*]`. */
const PATH = /^\$(?:\.[\w\-/*]+|\[(?:\d+|\*)\])*$/;
const STEP = /\.([\w\-/*]+)|\[(\d+|\*)\]/g;
const VARIABLE = /<([^<>\s]+)>/g;
const MAXIMUM_PATHS = 100;
const MAXIMUM_TEMPLATE_LENGTH = 8_192;

/** What EventBridge would refuse of a target's input, in a sentence (AWS: API_InputTransformer, API_Target). */
export function problemOfInput(input: TargetInput): string | undefined {
  if (input.kind === "constant") return isJson(input.text) ? undefined : "JSON is expected as Input.";
  const paths = input.kind === "path" ? [input.path] : Object.values(input.paths);
  const wrong = paths.find((path) => !PATH.test(path));
  if (wrong !== undefined) return `${wrong} is not a JSON path of EventBridge.`;
  if (input.kind === "path") return undefined;
  const names = Object.keys(input.paths);
  if (names.length > MAXIMUM_PATHS) return `it has ${names.length} variables, and the limit is ${MAXIMUM_PATHS}.`;
  const reserved = names.find((name) => name.toLowerCase().startsWith("aws."));
  if (reserved !== undefined) return `the name of the variable ${reserved} is reserved.`;
  if (input.template.length > MAXIMUM_TEMPLATE_LENGTH)
    return `its template has ${input.template.length} characters, and the limit is ${MAXIMUM_TEMPLATE_LENGTH}.`;
  const used = [...input.template.matchAll(VARIABLE)].map(([, name = ""]) => name);
  const unknown = used.find((name) => !names.includes(name) && !name.startsWith("aws.events."));
  return unknown === undefined ? undefined : `its template has the variable ${unknown}, for which there is no path.`;
}

/** What a target gets for an event: the event, or what its input makes of it (AWS: eb-transform-target-input). */
export function inputFor(
  input: TargetInput | undefined,
  event: BusEvent,
  rule: Pick<RuleDefinition, "name" | "arn">,
): string {
  if (input === undefined) return event.text;
  if (input.kind === "constant") return input.text;
  const parsed: unknown = JSON.parse(event.text);
  // AWS documents nothing for a path that leads nowhere. JSON must come.
  if (input.kind === "path") return JSON.stringify(valueAt(parsed, input.path) ?? {});
  const predefined = predefinedVariables(event, parsed, rule);
  const valueOf = (name: string): unknown => {
    if (Object.hasOwn(predefined, name)) return predefined[name];
    const path = input.paths[name];
    return path === undefined ? undefined : valueAt(parsed, path);
  };
  return filled(input.template, valueOf);
}

function predefinedVariables(
  event: BusEvent,
  parsed: unknown,
  rule: Pick<RuleDefinition, "name" | "arn">,
): Readonly<Record<string, unknown>> {
  const { detail: _detail, ...withoutDetail } = isMap(parsed) ? parsed : {};
  return {
    "aws.events.rule-arn": rule.arn,
    "aws.events.rule-name": rule.name,
    "aws.events.event.ingestion-time": event.ingestionTime,
    "aws.events.event": withoutDetail,
    "aws.events.event.json": parsed,
  };
}

/**
 * The template with its variables filled in: outside of quotes as JSON, within them as text. A variable whose path leads nowhere is
 * empty text.
 */
function filled(template: string, valueOf: (name: string) => unknown): string {
  let result = "";
  let inQuotes = false;
  let at = 0;
  const copy = (text: string) => {
    // A backslash and what it escapes go together, so that an escaped quote is none.
    for (const [character] of text.matchAll(/\\.|"/gs)) if (character === '"') inQuotes = !inQuotes;
    result += text;
  };
  for (const match of template.matchAll(VARIABLE)) {
    copy(template.slice(at, match.index));
    const value = valueOf(match[1] ?? "") ?? "";
    result += inQuotes ? asText(value) : JSON.stringify(value);
    at = match.index + match[0].length;
  }
  copy(template.slice(at));
  return result;
}

/** Text within quotes: what would end it is escaped, and the quotes of objects and lists are left out. */
function asText(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value).replaceAll('"', "");
}

/** The value at a path; of a path with `*` the list of values. */
function valueAt(event: unknown, path: string): unknown {
  let values: unknown[] = [event];
  for (const [, name, index] of path.matchAll(STEP)) {
    const step = name ?? index ?? "";
    values = values.flatMap((value) => {
      if (typeof value !== "object" || value === null) return [];
      if (step === "*") return Object.values(value);
      return Object.hasOwn(value, step) ? [Reflect.get(value, step)] : [];
    });
  }
  return path.includes("*") ? values : values[0];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
