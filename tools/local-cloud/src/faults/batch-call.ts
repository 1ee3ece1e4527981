import { identityOf } from "./seeded-decisions.ts";

/** A call of an SDK that carries records, in one of the forms that AWS has for them. */
export interface BatchCall {
  /** The identity of each record, in the order of the call; one for a call that is about one record. */
  readonly records: readonly string[];
  /**
   * The call without some of its records, and its answer with these as failed; undefined where the API knows no partial failure.
   * `body` is undefined when no record is left.
   */
  without?(failed: ReadonlySet<number>): { readonly body: string | undefined; answer(text: string): string };
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Reads the body of a call of SQS, DynamoDB or EventBridge. One that is not JSON has a single record: itself. */
export function readBatchCall(operation: string, body: string): BatchCall {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return { records: [identityOf(body)] };
  }
  if (!isFields(request)) return { records: [identityOf(body)] };
  switch (operation) {
    case "SendMessageBatch":
    case "DeleteMessageBatch":
    case "ChangeMessageVisibilityBatch":
      return queueBatch(request);
    case "PutEvents":
      return events(request);
    case "BatchExecuteStatement":
      return statements(request);
    case "BatchWriteItem":
      return writes(request);
    case "BatchGetItem":
      return reads(request);
    default:
      return { records: [identityOf(request["Key"] ?? request["MessageBody"] ?? request)] };
  }
}

function queueBatch(request: Fields): BatchCall {
  const entries = listOf(request["Entries"]).map(fieldsOf);
  return {
    records: entries.map((entry) => identityOf(entry["MessageBody"] ?? entry["ReceiptHandle"])),
    without(failed) {
      const kept = entries.filter((_, at) => !failed.has(at));
      const Failed = entries
        .filter((_, at) => failed.has(at))
        .map(({ Id }) => ({ Id, SenderFault: false, Code: "InternalError", Message: "A fault on demand." }));
      return {
        body: kept.length === 0 ? undefined : JSON.stringify({ ...request, Entries: kept }),
        answer(text) {
          const answer = fieldsOf(JSON.parse(text));
          return JSON.stringify({
            ...answer,
            Successful: listOf(answer["Successful"]),
            Failed: [...listOf(answer["Failed"]), ...Failed],
          });
        },
      };
    },
  };
}

/** Errors of single entries that may be sent again (API_PutEventsResultEntry). */
const ENTRY_ERRORS = ["ThrottlingException", "InternalFailure"] as const;

function events(request: Fields): BatchCall {
  const all = listOf(request["Entries"]);
  return {
    records: all.map((entry) => identityOf(fieldsOf(entry)["Detail"] ?? entry)),
    without(failed) {
      const kept = all.filter((_, at) => !failed.has(at));
      return {
        body: kept.length === 0 ? undefined : JSON.stringify({ ...request, Entries: kept }),
        answer(text) {
          const answer = fieldsOf(JSON.parse(text));
          const given = [...listOf(answer["Entries"])];
          const Entries = all.map((_, at) =>
            failed.has(at)
              ? { ErrorCode: ENTRY_ERRORS[at % ENTRY_ERRORS.length], ErrorMessage: "A fault on demand." }
              : given.shift(),
          );
          const refused = typeof answer["FailedEntryCount"] === "number" ? answer["FailedEntryCount"] : 0;
          return JSON.stringify({ ...answer, FailedEntryCount: refused + failed.size, Entries });
        },
      };
    },
  };
}

/** Errors of single statements that may be tried again (API_BatchStatementError). */
const STATEMENT_ERRORS = [
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
  "InternalServerError",
  "TransactionConflict",
  "RequestLimitExceeded",
] as const;

function statements(request: Fields): BatchCall {
  const all = listOf(request["Statements"]);
  return {
    records: all.map(identityOf),
    without(failed) {
      const kept = all.filter((_, at) => !failed.has(at));
      return {
        body: kept.length === 0 ? undefined : JSON.stringify({ ...request, Statements: kept }),
        answer(text) {
          const answer = fieldsOf(JSON.parse(text));
          const given = [...listOf(answer["Responses"])];
          const Responses = all.map((_, at) =>
            failed.has(at)
              ? { Error: { Code: STATEMENT_ERRORS[at % STATEMENT_ERRORS.length], Message: "A fault on demand." } }
              : given.shift(),
          );
          return JSON.stringify({ ...answer, Responses });
        },
      };
    },
  };
}

interface Placed {
  readonly table: string;
  readonly record: unknown;
}

function placedIn(tables: Fields, recordsOf: (of: unknown) => readonly unknown[]): Placed[] {
  return Object.entries(tables).flatMap(([table, of]) => recordsOf(of).map((record) => ({ table, record })));
}

function byTable(placed: readonly Placed[]): [string, unknown[]][] {
  const groups = new Map<string, unknown[]>();
  for (const { table, record } of placed) groups.set(table, [...(groups.get(table) ?? []), record]);
  return [...groups];
}

function writes(request: Fields): BatchCall {
  const all = placedIn(fieldsOf(request["RequestItems"]), listOf);
  return {
    records: all.map(identityOf),
    without(failed) {
      const kept = Object.fromEntries(byTable(all.filter((_, at) => !failed.has(at))));
      const unprocessed = byTable(all.filter((_, at) => failed.has(at)));
      return {
        body: Object.keys(kept).length === 0 ? undefined : JSON.stringify({ ...request, RequestItems: kept }),
        answer(text) {
          const answer = fieldsOf(JSON.parse(text));
          const UnprocessedItems = { ...fieldsOf(answer["UnprocessedItems"]) };
          for (const [table, items] of unprocessed)
            UnprocessedItems[table] = [...listOf(UnprocessedItems[table]), ...items];
          return JSON.stringify({ ...answer, UnprocessedItems });
        },
      };
    },
  };
}

function reads(request: Fields): BatchCall {
  const tables = fieldsOf(request["RequestItems"]);
  const all = placedIn(tables, (of) => listOf(fieldsOf(of)["Keys"]));
  const withKeys = ([table, Keys]: [string, unknown[]]) => [table, { ...fieldsOf(tables[table]), Keys }] as const;
  return {
    records: all.map(identityOf),
    without(failed) {
      const kept = Object.fromEntries(byTable(all.filter((_, at) => !failed.has(at))).map(withKeys));
      const unprocessed = Object.fromEntries(byTable(all.filter((_, at) => failed.has(at))).map(withKeys));
      return {
        body: Object.keys(kept).length === 0 ? undefined : JSON.stringify({ ...request, RequestItems: kept }),
        answer(text) {
          const answer = fieldsOf(JSON.parse(text));
          // DynamoDB Local itself never leaves keys unprocessed below 16 MB of items, and then in whole tables.
          const UnprocessedKeys = { ...fieldsOf(answer["UnprocessedKeys"]), ...unprocessed };
          return JSON.stringify({ ...answer, Responses: fieldsOf(answer["Responses"]), UnprocessedKeys });
        },
      };
    },
  };
}
