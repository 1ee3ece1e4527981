import type { BatchStatementRequest, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { convertToAttr, marshall } from "@aws-sdk/util-dynamodb";
import { assertValid, InvalidWrite } from "./invalid-write.ts";
import type { Attributes, ItemWrite } from "./store.ts";

/** The longest text of one statement, in characters (AWS: BatchStatementRequest). Values are parameters and do not count. */
export const MAX_STATEMENT_LENGTH = 8_192;

/**
 * One PartiQL statement for one write: `INSERT` fails where the item exists, `UPDATE` where its `WHERE` does not
 * hold (AWS: "PartiQL insert statements", "PartiQL update statements"). Attributes are named one by one, since `INSERT …
 * VALUE ?` is not valid PartiQL here.
 *
 * @throws InvalidWrite when the write has no guard or its text is too long
 */
export function batchStatement(itemWrite: ItemWrite): BatchStatementRequest {
  const { table, key, write } = itemWrite;
  assertValid(itemWrite);
  if (write.kind === "insert") {
    const item = { ...write.item, ...key };
    const names = Object.keys(item).map((name) => `'${name}':?`);
    return statement(`INSERT INTO "${table}" VALUE {${names.join(",")}}`, item);
  }
  const set = Object.keys(write.set).map((name) => ` SET "${name}"=?`);
  const where = Object.keys({ ...key, ...write.where }).map((name) => `"${name}"=?`);
  return statement(`UPDATE "${table}"${set.join("")} WHERE ${where.join(" AND ")}`, write.set, key, write.where);
}

function statement(text: string, ...values: readonly Attributes[]): BatchStatementRequest {
  if (text.length > MAX_STATEMENT_LENGTH) throw new InvalidWrite("its attribute names are too long for a statement");
  return {
    Statement: text,
    // DynamoDB may quote the item that a failed condition met (AWS: BatchStatementRequest), which then need not be read.
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    Parameters: values.flatMap((each) => Object.values(each).map((one) => convertToAttr(one))),
  };
}

/**
 * The same write as one action of `TransactWriteItems`. Not PartiQL here: its error code for an `INSERT` of an existing
 * item inside a transaction is documented nowhere, while a failed condition of a `Put` is.
 *
 * @throws InvalidWrite
 */
export function transactItem(itemWrite: ItemWrite): TransactWriteItem {
  const { table, key, write } = itemWrite;
  assertValid(itemWrite);
  if (write.kind === "insert") {
    const [keyName = ""] = Object.keys(key);
    return {
      Put: {
        TableName: table,
        Item: marshall({ ...write.item, ...key }),
        ConditionExpression: "attribute_not_exists(#key)",
        ExpressionAttributeNames: { "#key": keyName },
      },
    };
  }
  const set = Object.keys(write.set).map((_, position) => `#s${position} = :s${position}`);
  const where = Object.keys(write.where).map((_, position) => `#w${position} = :w${position}`);
  return {
    Update: {
      TableName: table,
      Key: marshall(key),
      UpdateExpression: `SET ${set.join(", ")}`,
      ConditionExpression: where.join(" AND "),
      ExpressionAttributeNames: {
        ...placeholders("#s", Object.keys(write.set)),
        ...placeholders("#w", Object.keys(write.where)),
      },
      ExpressionAttributeValues: marshall({
        ...placeholders(":s", Object.values(write.set)),
        ...placeholders(":w", Object.values(write.where)),
      }),
    },
  };
}

function placeholders<T>(prefix: string, values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, position) => [`${prefix}${position}`, value]));
}
