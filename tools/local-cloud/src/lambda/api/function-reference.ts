import { ApiError, notFound } from "./api-error.ts";

/** Names of a function: its name, a partial ARN or the whole one, each with or without a version. */
const FUNCTION = /^(?:arn:[\w-]+:lambda:([\w-]+):)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

/** What a request's text refers to. */
export interface FunctionReference {
  readonly name: string;
  readonly version?: string | undefined;
}

/** What Lambda says of functions in another region (recorded). */
export const notReachable = (other: string, region: string): string =>
  `Functions from '${other}' are not reachable in this region ('${region}')`;

/**
 * Reads how a request names a function, escaped as in a path.
 * @throws ApiError 404 where the escapes are broken, which is no function's name, and for an ARN of another region
 */
export function readFunctionReference(escaped: string, region: string): FunctionReference {
  const text = unescaped(escaped);
  const [, itsRegion = region, name = text, version] = FUNCTION.exec(text) ?? [];
  if (itsRegion !== region) {
    const Message = notReachable(itsRegion, region);
    throw new ApiError(404, "ResourceNotFoundException", { Type: "User", Message });
  }
  return { name, version };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notFound(text);
  }
}
