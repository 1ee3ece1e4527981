import { type DynamoDBClient, TransactionCanceledException, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { resultOfCode, resultOfError } from "./dynamo-error.ts";
import { transactItem } from "./dynamo-statement.ts";
import { assertTransaction } from "./invalid-write.ts";
import { MissingKey } from "./missing-key.ts";
import type { Store, TransactResult } from "./store.ts";

/** `transact` of the store on DynamoDB: TransactWriteItems, twice the write units. */
export function dynamoTransact(client: DynamoDBClient): Store["transact"] {
  return async (writes) => {
    let command: TransactWriteItemsCommand;
    try {
      assertTransaction(writes);
      // The SDK gives each command a client request token, so its own retries of one command cannot write twice.
      command = new TransactWriteItemsCommand({ TransactItems: writes.map(transactItem) });
    } catch (error) {
      if (error instanceof MissingKey) throw error;
      return { kind: "failed", code: "ValidationError", error };
    }
    try {
      await client.send(command);
      return { kind: "written" };
    } catch (error) {
      return error instanceof TransactionCanceledException ? resultOfReasons(error) : resultOfError(error);
    }
  };
}

/** A part that can never succeed settles the whole; then one whose condition failed; what is left was throttled. */
function resultOfReasons(error: TransactionCanceledException): TransactResult {
  const reasons = (error.CancellationReasons ?? []).map(({ Code: code = "None" }) =>
    code === "None" ? undefined : resultOfCode(code, error),
  );
  const failed = reasons.find((reason) => reason?.kind === "failed");
  if (failed !== undefined) return failed;
  const positions = reasons.flatMap((reason, position) => (reason?.kind === "condition-failed" ? [position] : []));
  return positions.length > 0 ? { kind: "condition-failed", positions } : { kind: "throttled", error };
}
