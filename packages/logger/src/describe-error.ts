/** Errors in one another that are described; a deeper cause is left out. */
export const MAX_CAUSES = 5;
const MAX_STACK_CHARS = 2_000;
const MAX_MESSAGE_CHARS = 1_000;

/**
 * An error as fields: `name`, `code`, `message`, `stack`, its `cause`, the `errors` of an AggregateError, and of an AWS
 * SDK error the request id and HTTP status that AWS support asks for. Nothing else: an SDK error also holds the whole
 * response, and a cancelled transaction the items. The payload that a JSON error quotes is left out.
 */
export function describeError(error: Error, depth = 0): Record<string, unknown> {
  return {
    name: error.name,
    ...codeOf(error),
    message: textOf(error.message, error).slice(0, MAX_MESSAGE_CHARS),
    ...awsFactsOf(error),
    ...(error.stack !== undefined && { stack: textOf(error.stack, error).slice(0, MAX_STACK_CHARS) }),
    ...(error.cause !== undefined && { cause: describeCause(error.cause, depth + 1) }),
    ...(error instanceof AggregateError && {
      errors: error.errors.slice(0, MAX_CAUSES).map((inner: unknown) => describeCause(inner, depth + 1)),
    }),
  };
}

function describeCause(cause: unknown, depth: number): unknown {
  if (depth > MAX_CAUSES) return "…";
  // Something else that was thrown may be anything, a payload too.
  return cause instanceof Error ? describeError(cause, depth) : `thrown ${cause === null ? "null" : typeof cause}`;
}

/** `JSON.parse` quotes the text that it could not read: `Unexpected token 'C', "Claire…" is not valid JSON`. */
function textOf(text: string, error: Error): string {
  return error instanceof SyntaxError ? text.replace(/"[^]*"(?=(?:\.\.\.)? is not valid JSON)/, '"…"') : text;
}

function codeOf(error: Error): { code?: string | number } {
  if (!("code" in error)) return {};
  const { code } = error;
  return typeof code === "string" || typeof code === "number" ? { code } : {};
}

function awsFactsOf(error: Error): { awsRequestId?: string; httpStatusCode?: number } {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null) return {};
  return {
    ...("requestId" in metadata && typeof metadata.requestId === "string" && { awsRequestId: metadata.requestId }),
    ...("httpStatusCode" in metadata &&
      typeof metadata.httpStatusCode === "number" && { httpStatusCode: metadata.httpStatusCode }),
  };
}
