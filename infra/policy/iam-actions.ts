import * as v from "valibot";

/** A signed request to AWS, as it went over the wire; S3 in path style. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What a policy has to allow for a request to be served. */
export interface Access {
  /** Such as `sqs:SendMessage`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Condition keys of the request with their values, where they are known. */
  readonly context?: Readonly<Record<string, string>>;
}

/** A request whose IAM action is not known here: add it, by its page in the Service Authorization Reference. */
export class UnknownCall extends Error {
  readonly code = "UNKNOWN_CALL";

  constructor(call: string) {
    super(`No IAM action is known here for ${call}`);
    this.name = "UnknownCall";
  }
}

/**
 * The IAM actions and resources that a request needs, whose names are often not that of the operation (AWS pages: "Actions,
 * resources, and condition keys" of S3, SQS and DynamoDB; "IAM policies with PartiQL for DynamoDB").
 *
 * @throws {UnknownCall} rather than leave a request unjudged
 */
export function accessOf(request: ApiRequest, place: { readonly region: string; readonly account: string }): Access[] {
  const target = String(request.headers["x-amz-target"] ?? "");
  const [api, operation = ""] = target.split(".");
  const arn = (service: string, resource: string) => `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
  if (api === "AmazonSQS") {
    const { QueueUrl } = v.parse(queueSchema, JSON.parse(request.body));
    // A batch has no action of its own.
    const action = `sqs:${operation.replace(/Batch$/, "")}`;
    return [{ action, resource: arn("sqs", QueueUrl.split("/").at(-1) ?? "") }];
  }
  if (api === "DynamoDB_20120810") {
    return tableAccess(operation, JSON.parse(request.body)).map(({ action, table }) => ({
      action: `dynamodb:${action}`,
      resource: arn("dynamodb", `table/${table}`),
    }));
  }
  if (target === "") return [objectAccess(request)];
  throw new UnknownCall(target);
}

const queueSchema = v.object({ QueueUrl: v.string() });
const tableSchema = v.object({ TableName: v.string() });
const statementSchema = v.object({ Statement: v.string() });
const tablesSchema = v.object({ RequestItems: v.record(v.string(), v.unknown()) });
const batchSchema = v.object({ Statements: v.array(statementSchema) });
const transactionSchema = v.object({ TransactItems: v.array(v.record(v.string(), tableSchema)) });

interface TableAccess {
  readonly action: string;
  readonly table: string;
}

/** Operations on one table whose action has their name. */
const PLAIN = new Set(["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"]);

function tableAccess(operation: string, body: unknown): TableAccess[] {
  if (PLAIN.has(operation)) return [{ action: operation, table: v.parse(tableSchema, body).TableName }];
  switch (operation) {
    case "BatchGetItem":
    case "BatchWriteItem":
      return Object.keys(v.parse(tablesSchema, body).RequestItems).map((table) => ({ action: operation, table }));
    case "ExecuteStatement":
      return [statementAccess(v.parse(statementSchema, body).Statement)];
    case "BatchExecuteStatement":
      return v.parse(batchSchema, body).Statements.map(({ Statement }) => statementAccess(Statement));
    case "TransactWriteItems":
      // The actions of its items: `Put` needs `PutItem`, `ConditionCheck` needs `ConditionCheckItem`.
      return v
        .parse(transactionSchema, body)
        .TransactItems.flatMap((item) => Object.entries(item))
        .map(([kind, { TableName }]) => ({ action: `${kind}Item`, table: TableName }));
    default:
      throw new UnknownCall(`DynamoDB ${operation}`);
  }
}

const STATEMENT = /^\s*(?:(INSERT)\s+INTO|(UPDATE)|(DELETE)\s+FROM|(SELECT)\s[^]+?\sFROM)\s+"?([\w.-]+)"?/i;

function statementAccess(statement: string): TableAccess {
  const [, ...parts] = STATEMENT.exec(statement) ?? [];
  const table = parts.pop();
  const verb = parts.find((part) => part !== undefined)?.toLowerCase();
  if (verb === undefined || table === undefined) throw new UnknownCall(`the statement ${statement.slice(0, 100)}`);
  return { action: `PartiQL${verb.charAt(0).toUpperCase()}${verb.slice(1)}`, table };
}

function objectAccess({ method, url }: ApiRequest): Access {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const [bucket = "", ...key] = pathname.slice(1).split("/").map(decodeURIComponent);
  const object = { resource: `arn:aws:s3:::${bucket}/${key.join("/")}` };
  const isPart = searchParams.has("uploadId") || searchParams.has("uploads");
  if (key.join("/") === "" && method === "GET") return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` };
  if (method === "GET" || method === "HEAD")
    return { action: searchParams.has("versionId") ? "s3:GetObjectVersion" : "s3:GetObject", ...object };
  if (method === "PUT" || (method === "POST" && isPart)) return { action: "s3:PutObject", ...object };
  if (method === "DELETE") return { action: isPart ? "s3:AbortMultipartUpload" : "s3:DeleteObject", ...object };
  throw new UnknownCall(`S3 ${method} ${pathname}`);
}
