import { describe, expect, it } from "vitest";
import { readBatchCall } from "./batch-call.ts";

const inPart = (operation: string, request: object, failed: readonly number[], answered: object) => {
  const call = readBatchCall(operation, JSON.stringify(request));
  const rest = call.without?.(new Set(failed));
  if (rest === undefined) throw new Error("no batch call");
  return {
    records: call.records.length,
    carriedOut: rest.body === undefined ? undefined : JSON.parse(rest.body),
    answer: JSON.parse(rest.answer(JSON.stringify(answered))),
  };
};

describe("a batch call that fails in part", () => {
  it("SendMessageBatch: the others are sent, the failed ones are named and not the sender's fault", () => {
    const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: Id }));
    const result = inPart("SendMessageBatch", { QueueUrl: "u", Entries }, [0], { Successful: [{ Id: "b" }] });
    expect(result.carriedOut).toEqual({ QueueUrl: "u", Entries: [Entries[1]] });
    expect(result.answer.Successful).toEqual([{ Id: "b" }]);
    expect(result.answer.Failed).toMatchObject([{ Id: "a", SenderFault: false, Code: "InternalError" }]);
  });

  it("SendMessageBatch: nothing is sent where all fail", () => {
    const result = inPart("SendMessageBatch", { QueueUrl: "u", Entries: [{ Id: "a", MessageBody: "a" }] }, [0], {});
    expect(result.carriedOut).toBeUndefined();
    expect(result.answer).toMatchObject({ Successful: [], Failed: [{ Id: "a" }] });
  });

  it("PutEvents: each answer stands in the place of its entry, and all that failed are counted", () => {
    const Entries = ["a", "b", "c"].map((Detail) => ({ Detail }));
    const answered = { FailedEntryCount: 1, Entries: [{ EventId: "1" }, { ErrorCode: "InvalidArgument" }] };
    const result = inPart("PutEvents", { Entries }, [1], answered);
    expect(result.records).toBe(3);
    expect(result.carriedOut).toEqual({ Entries: [Entries[0], Entries[2]] });
    expect(result.answer).toMatchObject({
      FailedEntryCount: 2,
      Entries: [{ EventId: "1" }, { ErrorCode: "InternalFailure" }, { ErrorCode: "InvalidArgument" }],
    });
  });

  it("BatchExecuteStatement: each answer stands in the place of its statement", () => {
    const Statements = ["1", "2", "3"].map((Statement) => ({ Statement }));
    const result = inPart("BatchExecuteStatement", { Statements }, [1], {
      Responses: [{ TableName: "1" }, { TableName: "3" }],
    });
    expect(result.carriedOut).toEqual({ Statements: [{ Statement: "1" }, { Statement: "3" }] });
    expect(result.answer.Responses).toMatchObject([
      { TableName: "1" },
      { Error: { Code: expect.any(String) } },
      { TableName: "3" },
    ]);
  });

  it("BatchWriteItem: the rest comes back in UnprocessedItems, beside those that DynamoDB itself left", () => {
    const put = (id: string) => ({ PutRequest: { Item: { id: { S: id } } } });
    const RequestItems = { t: [put("a"), put("b")], u: [put("c")] };
    const result = inPart("BatchWriteItem", { RequestItems }, [0, 2], { UnprocessedItems: { t: [put("b")] } });
    expect(result.records).toBe(3);
    expect(result.carriedOut).toEqual({ RequestItems: { t: [put("b")] } });
    expect(result.answer.UnprocessedItems).toEqual({ t: [put("b"), put("a")], u: [put("c")] });
  });

  it("BatchGetItem: the rest comes back in UnprocessedKeys, with what was asked of its table", () => {
    const key = (id: string) => ({ id: { S: id } });
    const RequestItems = { t: { Keys: [key("a"), key("b")], ConsistentRead: true } };
    const result = inPart("BatchGetItem", { RequestItems }, [1], { Responses: { t: [key("a")] }, UnprocessedKeys: {} });
    expect(result.carriedOut).toEqual({ RequestItems: { t: { Keys: [key("a")], ConsistentRead: true } } });
    expect(result.answer).toEqual({
      Responses: { t: [key("a")] },
      UnprocessedKeys: { t: { Keys: [key("b")], ConsistentRead: true } },
    });
  });

  it("a call about one record is known by its key, and fails whole", () => {
    const call = readBatchCall("UpdateItem", JSON.stringify({ Key: { id: { S: "a" } }, UpdateExpression: "…" }));
    expect(call.records).toEqual(['{"id":{"S":"a"}}']);
    expect("without" in call).toBe(false);
  });
});
