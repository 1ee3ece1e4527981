import type * as v from "valibot";
import { issueAt, joinPath, MAX_ISSUES } from "@doorbell/aws-events/issue";
import type { Issue, Parsed } from "@doorbell/aws-events/parsed";

/** What the contracts use of a valibot schema. */
export type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Checks `input` against a valibot schema. Never throws on a payload that came out of `JSON.parse`.
 * `path` is where `input` sits in the whole payload and leads every issue.
 */
export function parseWith<T>(schema: Schema<T>, input: unknown, path = ""): Parsed<T> {
  // What `safeParse` calls, without its global configuration, which nobody sets here.
  const result = schema["~run"]({ value: input }, {});
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: result.issues.slice(0, MAX_ISSUES).map((issue) => toIssue(issue, path)) };
}

function toIssue(issue: v.BaseIssue<unknown>, start: string): Issue {
  const path = (issue.path ?? []).reduce((parent, item) => joinPath(parent, item.key), start);
  return issueAt(path, expectationOf(issue), issue.input);
}

function expectationOf(issue: v.BaseIssue<unknown>): string {
  // The checks of this package all carry their expectation as the message; valibot's own would be a bare pattern.
  if (issue.kind !== "schema" || issue.type === "custom") return issue.message;
  // A missing key is reported by its parent, with the key itself as the expectation. JSON has no other `undefined`.
  if (issue.input === undefined) return "a value";
  // valibot says Object and Array where JSON says object and array.
  return issue.expected?.replace(/^(?:Object|Array)$/, (name) => name.toLowerCase()) ?? issue.message;
}
