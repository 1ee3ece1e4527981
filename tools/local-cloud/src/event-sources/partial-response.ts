/** What Lambda makes of a function's answer to a batch. */
export type BatchResult =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed" }
  /** The named records failed, the others succeeded. Never empty. */
  | { readonly kind: "partial"; readonly failed: ReadonlySet<string> };

const SUCCEEDED: BatchResult = { kind: "succeeded" };
const FAILED: BatchResult = { kind: "failed" };

/**
 * Reads the answer of a function whose mapping has `ReportBatchItemFailures`
 * (AWS: services-sqs-errorhandling, services-ddb-batchfailurereporting).
 *
 * The whole batch succeeded on no answer, `null`, `""`, `[]`, `{}`, and on an absent, null or empty `batchItemFailures`.
 * The whole batch failed on text that is not JSON, on an answer of another type, and as soon as one item has no
 * `itemIdentifier` or one that is empty, null, or not of this batch.
 */
export function readBatchResponse(payload: string, identifiers: ReadonlySet<string>): BatchResult {
  const answer = parseJson(payload);
  if (answer === undefined) return FAILED;
  if (isEmpty(answer)) return SUCCEEDED;
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return FAILED;
  const items: unknown = "batchItemFailures" in answer ? answer.batchItemFailures : null;
  if (items === null) return SUCCEEDED;
  if (!Array.isArray(items)) return FAILED;
  if (items.length === 0) return SUCCEEDED;
  const failed = new Set<string>();
  for (const item of items) {
    const identifier = identifierOf(item);
    if (identifier === undefined || !identifiers.has(identifier)) return FAILED;
    failed.add(identifier);
  }
  return { kind: "partial", failed };
}

/** The parsed payload, `null` for an empty one, undefined for what is not JSON. */
function parseJson(payload: string): unknown {
  if (payload.trim() === "") return null;
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function isEmpty(answer: unknown): boolean {
  return answer === null || answer === "" || (Array.isArray(answer) && answer.length === 0);
}

function identifierOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null || !("itemIdentifier" in item)) return undefined;
  return typeof item.itemIdentifier === "string" && item.itemIdentifier !== "" ? item.itemIdentifier : undefined;
}
