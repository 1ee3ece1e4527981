import { type BatchStatementError, DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { nativeItem } from "./native-item.ts";
import type { WriteResult } from "./store.ts";

const CONDITION_FAILED = new Set(["DuplicateItem", "ConditionalCheckFailed"]);

/** Worth another try, and answered before DynamoDB has done anything: what is stored afterwards is another's write. */
const UNWRITTEN = new Set([
  "ProvisionedThroughputExceeded",
  "RequestLimitExceeded",
  "ThrottlingError",
  "Throttling",
  "TransactionConflict",
]);

/** Worth another try, too (AWS: BatchStatementError, TransactWriteItems, "Error handling with DynamoDB"). */
const OPEN = new Set(["InternalServerError", "TransactionInProgress"]);

/** What the error code of one statement, or of one part of a cancelled transaction, means for its write. */
export function resultOfCode(code: string, error: unknown): Exclude<WriteResult, { kind: "written" }> {
  if (CONDITION_FAILED.has(code)) return { kind: "condition-failed" };
  if (OPEN.has(code)) return { kind: "throttled", error, unanswered: true };
  return UNWRITTEN.has(code) ? { kind: "throttled", error } : { kind: "failed", code, error };
}

/**
 * What DynamoDB answered for one statement. `retried`: the answer to an earlier try of the same call was lost, and that try may
 * have written.
 */
export function resultOfStatement(
  { Code, Message = "", Item }: BatchStatementError,
  retried: boolean,
): Exclude<WriteResult, { kind: "written" }> {
  const code = Code ?? "Unknown";
  // No error is made, with its stack, for each duplicate.
  const result = resultOfCode(code, CONDITION_FAILED.has(code) ? undefined : new StatementFailed(code, Message));
  if (result.kind === "failed") return result;
  const open = retried ? ({ unanswered: true } as const) : {};
  if (result.kind === "throttled") return { ...result, ...open };
  // One that JavaScript has no values for is left to the read, which says so.
  const met = Item === undefined ? undefined : nativeItem(Item);
  return { ...result, ...open, ...(met?.ok === true && { item: met.item }) };
}

/** One statement of a call failed, the call itself did not. `code` is DynamoDB's. */
class StatementFailed extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "StatementFailed";
    this.code = code;
  }
}

/**
 * What an error thrown by a whole call means for each of its writes. What is no answer of DynamoDB (a broken
 * connection, a time-out, no credentials yet) leaves open whether the writes happened: try again.
 */
export function resultOfError(error: unknown): Exclude<WriteResult, { kind: "written" | "condition-failed" }> {
  const code = error instanceof DynamoDBServiceException && error.$fault === "client" ? statementCode(error.name) : "";
  return code === "" || UNWRITTEN.has(code) || OPEN.has(code)
    ? { kind: "throttled", error, unanswered: true }
    : { kind: "failed", code, error };
}

/** The name of an exception as the code that batch statements use for the same failure. */
function statementCode(name: string): string {
  return name === "ValidationException" ? "ValidationError" : name.replace(/Exception$/, "");
}
