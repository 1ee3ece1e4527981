import { notFound } from "./api-error.ts";

/** Names of a function: its name, a partial ARN or the whole one, each with or without a version. */
const FUNCTION = /^(?:arn:[\w-]+:lambda:[\w-]+:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

/** What a request's text refers to. */
export interface FunctionReference {
  readonly name: string;
  readonly version?: string | undefined;
}

/**
 * Reads how a request names a function, escaped as in a path.
 * @throws ApiError 404 where the escapes are broken: that is no function's name
 */
export function readFunctionReference(escaped: string): FunctionReference {
  const text = unescaped(escaped);
  const parts = FUNCTION.exec(text);
  return { name: parts?.[1] ?? text, version: parts?.[2] };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notFound(text);
  }
}
