import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { chunksOf } from "./chunks.ts";
import { type Clock, systemClock } from "./clock.ts";
import { resultOfCode, resultOfError, resultOfStatement } from "./dynamo-error.ts";
import { dynamoRead } from "./dynamo-read.ts";
import { batchStatement, transactItem } from "./dynamo-statement.ts";
import { assertTransaction } from "./invalid-write.ts";
import { itemName } from "./item-name.ts";
import { MissingKey } from "./missing-key.ts";
import type { ItemWrite, Store, TransactResult, WriteResult } from "./store.ts";

/** The most statements one call takes (AWS: BatchExecuteStatement). */
export const MAX_BATCH_STATEMENTS = 25;
/**
 * The store on DynamoDB, over the client that it is given; its retries and time-outs are that client's.
 *
 * `write` is BatchExecuteStatement (one write unit a KB, each statement by itself, a refused one counted too), `read` is
 * BatchGetItem with consistent reads (one read unit per 4 KB), `transact` is TransactWriteItems (twice the write units).
 * Needs `dynamodb:PartiQLInsert`, `PartiQLUpdate`, `BatchGetItem`; for transactions `PutItem` and `UpdateItem`.
 */
export function dynamoStore(
  client: DynamoDBClient,
  { clock = systemClock, random = Math.random }: { clock?: Clock; random?: () => number } = {},
): Store {
  return { write, read: dynamoRead(client, { clock, random }), transact };

  async function write(batch: readonly ItemWrite[]): Promise<readonly WriteResult[]> {
    const results: WriteResult[] = [];
    for (const wave of wavesOf(batch)) {
      await Promise.all(
        chunksOf(wave, MAX_BATCH_STATEMENTS).map(async (chunk) => {
          const answers = await execute(chunk.map(({ statement }) => statement));
          for (const [at, { position }] of chunk.entries()) results[position] = answers[at] ?? missingAnswer();
        }),
      );
    }
    return results;

    /** DynamoDB refuses a call with two statements on one item, so the n-th write of an item goes into the n-th wave. */
    function wavesOf(writes: readonly ItemWrite[]): { position: number; statement: BatchStatementRequest }[][] {
      const waves: { position: number; statement: BatchStatementRequest }[][] = [];
      const seen = new Map<string, number>();
      for (const [position, itemWrite] of writes.entries()) {
        const name = itemName(itemWrite);
        const turn = seen.get(name) ?? 0;
        seen.set(name, turn + 1);
        try {
          (waves[turn] ??= []).push({ position, statement: batchStatement(itemWrite) });
        } catch (error) {
          results[position] = { kind: "failed", code: "ValidationError", error };
        }
      }
      return waves;
    }
  }

  async function execute(statements: readonly BatchStatementRequest[]): Promise<readonly WriteResult[]> {
    try {
      const command = new BatchExecuteStatementCommand({ Statements: [...statements] });
      const { Responses = [], $metadata } = await client.send(command);
      // Where the client itself tried more than once, the answer to an earlier try was lost.
      const retried = ($metadata.attempts ?? 1) > 1;
      return Responses.map(({ Error: error }) => {
        if (error === undefined) return { kind: "written" };
        return resultOfStatement(error, retried);
      });
    } catch (error) {
      const result = resultOfError(error);
      const apart = result.kind === "failed" && result.code === "ValidationError" && statements.length > 1;
      if (!apart) return statements.map(() => result);
      // One statement that cannot be parsed fails the whole call and must not take the others along.
      return (await Promise.all(statements.map((statement) => execute([statement])))).flat();
    }
  }

  async function transact(writes: readonly ItemWrite[]): Promise<TransactResult> {
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
  }
}

/** A part that can never succeed settles the whole; then a refused one; what is left was throttled. */
function resultOfReasons(error: TransactionCanceledException): TransactResult {
  const reasons = (error.CancellationReasons ?? []).map(({ Code: code = "None" }) =>
    code === "None" ? undefined : resultOfCode(code, error),
  );
  const failed = reasons.find((reason) => reason?.kind === "failed");
  if (failed !== undefined) return failed;
  const positions = reasons.flatMap((reason, position) => (reason?.kind === "refused" ? [position] : []));
  return positions.length > 0 ? { kind: "refused", positions } : { kind: "throttled", error };
}

/** DynamoDB answers every statement; an answer that is missing leaves open what happened. */
function missingAnswer(): WriteResult {
  return { kind: "throttled", unanswered: true, error: new Error("DynamoDB left a statement without an answer") };
}
