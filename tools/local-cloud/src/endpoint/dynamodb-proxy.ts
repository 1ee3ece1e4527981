import { Agent, request as httpRequest } from "node:http";
import * as v from "valibot";
import { SERVICE_IDENTITY } from "../emulators/expired-records.ts";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { BODY_LIMITS } from "./body-limits.ts";
import { answerJson } from "./front-server.ts";
import { readBody } from "./read-body.ts";
import type { Tables } from "../emulators/dynamodb-tables.ts";

/** Hands requests on to DynamoDB Local. */
export interface DynamoDbProxy {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  stop(): void;
}

/** Operations whose success may have changed an item. */
const WRITES = new Set([
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
  "BatchExecuteStatement",
  "ExecuteStatement",
  "ExecuteTransaction",
  "TransactWriteItems",
]);

/** Operations on items name tables, not ARNs, and their data must pass untouched, even if it looks like an ARN. */
const ON_ITEMS = new Set([...WRITES, "GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"]);

/** Requests to DynamoDB Local under way at one time; more wait. */
const MAX_CONNECTIONS = 256;

/** DynamoDB Local closes a connection that was idle for 30 s; ours must not be in use again at that moment. */
const IDLE_MS = 10_000;

/**
 * A proxy over kept-alive connections. Items pass as they are; elsewhere ARNs, in which DynamoDB Local says `ddblocal`,
 * name the local cloud's region. Calls `tables.written()` after each write that succeeded, or may have. Where DynamoDB Local does
 * not answer, or not to the end, this is DynamoDB's InternalServerError, which SDKs retry: nobody knows what was done.
 */
export function createDynamoDbProxy(tables: Tables): DynamoDbProxy {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS });

  const send = (request: IncomingMessage, headers: OutgoingHttpHeaders, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { hostname, port } = new URL(tables.url);
      const onward = httpRequest(
        { agent, hostname, port, method: request.method, path: request.url, headers },
        resolve,
      );
      onward.on("error", reject);
      onward.end(body);
    });

  return {
    async handle(request, response) {
      const operation =
        String(request.headers["x-amz-target"] ?? "")
          .split(".")
          .at(-1) ?? "";
      const asked = await readBody(request, BODY_LIMITS.dynamodb);
      if (asked === undefined) return refuseSize(response);
      try {
        await tables.ready;
        if (ON_ITEMS.has(operation)) {
          const answer = await send(request, endToEnd(request.headers), asked);
          const items = await readAnswer(answer);
          // Before the answer goes out: whoever waits for idleness after a write must not find the stream still asleep.
          if (answer.statusCode === 200 && WRITES.has(operation)) tables.written();
          response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers)).end(items);
          return;
        }
        const body = Buffer.from(tables.toLocal(asked.toString("utf8")));
        const answer = await send(request, rewritten(request.headers, body), body);
        const answered = tables.toPublic((await readAnswer(answer)).toString("utf8"));
        const text = Buffer.from(operation === "GetRecords" ? await withIdentities(answered, tables) : answered);
        response.writeHead(answer.statusCode ?? 502, rewritten(answer.headers, text)).end(text);
      } catch (error) {
        if (WRITES.has(operation)) tables.written();
        answerUnavailable(response, error);
      }
    },
    stop: () => agent.destroy(),
  };
}

const recordsSchema = v.looseObject({ Records: v.array(v.looseObject({ eventID: v.string() })) });

/** Records of a stream, those of deletions by time to live with the identity of the service. */
async function withIdentities(answer: string, tables: Pick<Tables, "expired">): Promise<string> {
  if (!answer.includes('"REMOVE"')) return answer;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), recordsSchema), answer);
  if (!read.success) return answer;
  const { Records: records } = read.output;
  const expired = await tables.expired(records.map(({ eventID }) => eventID));
  if (expired.size === 0) return answer;
  return JSON.stringify({
    ...read.output,
    Records: records.map((record) =>
      expired.has(record.eventID) ? { ...record, userIdentity: SERVICE_IDENTITY } : record,
    ),
  });
}

/** As DynamoDB words it (AWS: DynamoDB developer guide, "Error handling with DynamoDB"). */
function answerUnavailable(response: ServerResponse, cause: unknown): void {
  const message = `DynamoDB Local does not answer: ${cause instanceof Error ? cause.message : String(cause)}`;
  const body = JSON.stringify({ __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message });
  response.writeHead(500, { "content-type": "application/x-amz-json-1.0", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** DynamoDB itself bounds its answers. */
async function readAnswer(answer: IncomingMessage): Promise<Buffer> {
  return (await readBody(answer, Infinity)) ?? Buffer.alloc(0);
}

/** AWS documents the limit and no error for it. */
function refuseSize(response: ServerResponse): void {
  answerJson(response, 413, {
    __type: "com.amazonaws.dynamodb.v20120810#RequestEntityTooLarge",
    message: `The request is larger than ${BODY_LIMITS.dynamodb} bytes.`,
  });
}

/** Headers for a body that was read and written anew: its length, no checksum of the old one, no compression asked for. */
function rewritten(headers: OutgoingHttpHeaders, body: Buffer): OutgoingHttpHeaders {
  const { "x-amz-crc32": _checksum, "transfer-encoding": _chunked, "accept-encoding": _compressed, ...rest } = headers;
  return { ...endToEnd(rest), "content-length": body.length };
}

/** Without the headers that speak of one connection alone: DynamoDB Local answers to its own host name only. */
function endToEnd({ connection: _connection, host: _host, ...headers }: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return headers;
}
