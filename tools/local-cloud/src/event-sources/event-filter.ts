import { type Alternative, parseEventPattern } from "../filters/event-pattern.ts";
import { matchesAlternative } from "../filters/match-event.ts";
import { MAPPING_FILTERS } from "../filters/pattern-dialect.ts";
import { isMap } from "../filters/leaf.ts";

/**
 * Makes the filter criteria of a mapping into a test of a record's JSON text (AWS: invocation-eventfiltering). A record passes
 * when any pattern matches; without patterns every record passes. Of an SQS record the body is compared as JSON where the
 * pattern names fields of it, and as text where it does not; a body of the other form does not match (AWS: with-sqs-filtering).
 * @throws InvalidPattern
 */
export function compileFilters(patterns: readonly string[], source: "sqs" | "dynamodb"): (record: string) => boolean {
  if (patterns.length === 0) return () => true;
  const alternatives = patterns.flatMap((text) => parseEventPattern(text, MAPPING_FILTERS).alternatives);
  return (text) => {
    const record: unknown = JSON.parse(text);
    if (source === "dynamodb") return alternatives.some((alternative) => matchesAlternative(alternative, record));
    const { body, ...rest } = isMap(record) ? record : {};
    const fields = typeof body === "string" ? parsedMap(body) : undefined;
    const seen = { ...rest, body: fields ?? body };
    return alternatives.some(
      (alternative) => takesBody(alternative, fields !== undefined) && matchesAlternative(alternative, seen),
    );
  };
}

/** Whether the pattern and the body have the same form, JSON or text; a pattern that does not name the body takes either. */
function takesBody({ root }: Alternative, isJson: boolean): boolean {
  const body = root.parts.get("body");
  if (body === undefined) return true;
  return isJson ? body.rules === undefined : body.parts.size === 0;
}

function parsedMap(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
