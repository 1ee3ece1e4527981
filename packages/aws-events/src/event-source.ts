import { isObject } from "./is-object.ts";

/** The event source that a record names, if it is one; SNS alone writes the field with a capital letter. */
export function sourceOf(record: unknown): unknown {
  return isObject(record) ? (record["eventSource"] ?? record["EventSource"]) : undefined;
}
