import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { chunksOf } from "./chunks.ts";
import { resultOfError, resultOfStatement } from "./dynamo-error.ts";
import { batchStatement } from "./dynamo-statement.ts";
import { itemName } from "./item-name.ts";
import type { ItemStore, ItemWrite, WriteResult } from "./store.ts";

/** The most statements one call takes (AWS: BatchExecuteStatement). */
export const MAX_BATCH_STATEMENTS = 25;
/** `write` of the store on DynamoDB: BatchExecuteStatement, one write unit a KB, one whose condition failed counted too. */
export function dynamoWrite(client: DynamoDBClient): ItemStore["write"] {
  return write;

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

    /** DynamoDB rejects a call with two statements on one item, so the n-th write of an item goes into the n-th wave. */
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
}

/** DynamoDB answers every statement; an answer that is missing leaves open what happened. */
function missingAnswer(): WriteResult {
  return { kind: "throttled", unanswered: true, error: new Error("DynamoDB left a statement without an answer") };
}
