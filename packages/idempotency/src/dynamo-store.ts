import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchStatementRequest,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { fullJitter } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { resultOfCode, resultOfError, resultOfStatement } from "./dynamo-error.ts";
import { batchStatement, transactItem } from "./dynamo-statement.ts";
import { assertTransaction } from "./invalid-write.ts";
import { itemName } from "./item-name.ts";
import { MissingKey } from "./missing-key.ts";
import type { Attributes, ItemKey, ItemRef, ItemWrite, Store, TransactResult, WriteResult } from "./store.ts";
import { StoreFailure } from "./store-failure.ts";

/** The most statements one call takes (AWS: BatchExecuteStatement). */
export const MAX_BATCH_STATEMENTS = 25;
/** The most items one call reads (AWS: BatchGetItem). */
export const MAX_BATCH_READS = 100;
/** Calls in a row that may leave keys unread before `read` gives up and says that a retry may do better. */
export const MAX_IDLE_READS = 5;

type RequestItems = NonNullable<BatchGetItemCommandInput["RequestItems"]>;

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
  return { write, read, transact };

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

  async function read(refs: readonly ItemRef[]): Promise<readonly (Attributes | undefined)[]> {
    const wanted = new Map(refs.map((ref) => [itemName(ref), ref]));
    const found = new Map<string, Attributes>();
    await Promise.all(chunksOf([...wanted.values()], MAX_BATCH_READS).map((chunk) => readChunk(chunk, found)));
    return refs.map((ref) => found.get(itemName(ref)));
  }

  async function readChunk(refs: readonly ItemRef[], found: Map<string, Attributes>): Promise<void> {
    const keyNames = new Map(refs.map(({ table, key }) => [table, Object.keys(key)]));
    let unread = requestItems(refs);
    for (let idle = 0; Object.keys(unread).length > 0;) {
      const { Responses = {}, UnprocessedKeys = {} } = await getItems(unread);
      const before = found.size;
      for (const [table, items] of Object.entries(Responses)) {
        for (const item of items.map((each): Attributes => unmarshall(each))) {
          found.set(itemName({ table, key: keyOf(item, keyNames.get(table) ?? []) }), item);
        }
      }
      unread = UnprocessedKeys;
      idle = found.size > before ? 0 : idle + 1;
      if (idle >= MAX_IDLE_READS)
        throw new StoreFailure({ reason: "UnprocessedKeys", retryable: true, cause: undefined });
      if (idle > 0 && Object.keys(unread).length > 0) await clock.sleep(fullJitter(idle, random));
    }
  }

  async function getItems(unread: RequestItems) {
    try {
      return await client.send(new BatchGetItemCommand({ RequestItems: unread }));
    } catch (error) {
      const result = resultOfError(error);
      const reason = result.kind === "failed" ? result.code : "no answer";
      throw new StoreFailure({ reason, retryable: result.kind === "throttled", cause: error });
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

function requestItems(refs: readonly ItemRef[]): RequestItems {
  const request: RequestItems = {};
  for (const { table, key } of refs) {
    const { Keys = [] } = request[table] ?? {};
    request[table] = { ConsistentRead: true, Keys: [...Keys, marshall(key)] };
  }
  return request;
}

function keyOf(item: Attributes, names: readonly string[]): ItemKey {
  const key: Record<string, string | number> = {};
  for (const name of names) {
    const value = item[name];
    if (typeof value === "string" || typeof value === "number") key[name] = value;
  }
  return key;
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}

/** DynamoDB answers every statement; an answer that is missing leaves open what happened. */
function missingAnswer(): WriteResult {
  return { kind: "throttled", error: new Error("DynamoDB left a statement without an answer") };
}
