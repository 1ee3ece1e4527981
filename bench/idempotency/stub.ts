// Stands in for DynamoDB where its own time must not count: it keeps items, knows the calls that the two jobs make, and
// answers each after `delayMs`. Runs as a process of its own, so that its work is not measured with the jobs'.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import * as v from "valibot";
import { itemSize, readUnits, type WireItem, type WireValue, writeUnits } from "./item-size.ts";

const wireItem = v.record(v.string(), v.record(v.string(), v.unknown()));
const putSchema = v.object({ TableName: v.string(), Item: wireItem, ConditionExpression: v.optional(v.string()) });
const updateSchema = v.object({
  TableName: v.string(),
  Key: wireItem,
  UpdateExpression: v.string(),
  ExpressionAttributeNames: v.record(v.string(), v.string()),
  ExpressionAttributeValues: wireItem,
});
const batchSchema = v.object({
  Statements: v.array(v.object({ Statement: v.string(), Parameters: v.array(v.record(v.string(), v.unknown())) })),
});
const batchGetSchema = v.object({ RequestItems: v.record(v.string(), v.object({ Keys: v.array(wireItem) })) });
const commandSchema = v.object({ delayMs: v.optional(v.number()), isMute: v.optional(v.boolean()) });

const items = new Map<string, WireItem>();
/** What has been used since the stub began. `ordersWritten` counts the writes that changed the orders table. */
const used = { writeUnits: 0, readUnits: 0, ordersWritten: 0, orderBytes: 0 };
const settings = { delayMs: 0, isMute: false };

const nameOf = (table: string, key: WireItem): string => `${table}/${String(key["id"]?.["S"])}`;

function store(table: string, item: WireItem): void {
  const size = itemSize(item);
  items.set(nameOf(table, item), item);
  used.writeUnits += writeUnits(size);
  if (table !== "orders") return;
  used.ordersWritten += 1;
  used.orderBytes = Math.max(used.orderBytes, size);
}

/** A write that was refused costs what the item that it met costs. */
function refuse(met: WireItem): void {
  used.writeUnits += writeUnits(itemSize(met));
}

interface Answer {
  readonly status?: number;
  readonly body: object;
}

const operations: Record<string, (body: unknown) => Answer> = {
  PutItem(body) {
    const { TableName, Item, ConditionExpression } = v.parse(putSchema, body);
    const met = items.get(nameOf(TableName, Item));
    const isTaken = met !== undefined && Number(met["in_progress_expiration"]?.["N"] ?? 0) > Date.now();
    const isDone = met?.["status"]?.["S"] === "COMPLETED";
    if (met !== undefined && ConditionExpression !== undefined && (isTaken || isDone)) {
      refuse(met);
      const type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
      return { status: 400, body: { ["__type"]: type, message: "The conditional request failed", Item: met } };
    }
    store(TableName, Item);
    return { body: {} };
  },

  UpdateItem(body) {
    const update = v.parse(updateSchema, body);
    const changed: Record<string, WireValue> = { ...items.get(nameOf(update.TableName, update.Key)) };
    for (const [, name = "", value = ""] of update.UpdateExpression.matchAll(/(#\w+) = (:\w+)/g)) {
      changed[update.ExpressionAttributeNames[name] ?? name] = update.ExpressionAttributeValues[value] ?? {};
    }
    store(update.TableName, { ...changed, ...update.Key });
    return { body: {} };
  },

  BatchExecuteStatement(body) {
    const Responses = v.parse(batchSchema, body).Statements.map(({ Statement, Parameters }) => {
      const [, table = "", attributes = ""] = /^INSERT INTO "(\w+)" VALUE \{(.*)\}$/.exec(Statement) ?? [];
      const names = [...attributes.matchAll(/'(\w+)':\?/g)].map(([, name = ""]) => name);
      const item: WireItem = Object.fromEntries(names.map((name, at) => [name, Parameters[at] ?? {}]));
      const met = items.get(nameOf(table, item));
      if (met === undefined) {
        store(table, item);
        return {};
      }
      refuse(met);
      return { Error: { Code: "DuplicateItem", Message: "Duplicate primary key exists in table" } };
    });
    return { body: { Responses } };
  },

  BatchGetItem(body) {
    const { RequestItems } = v.parse(batchGetSchema, body);
    const Responses = Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys }]) => {
        const found = Keys.map((key) => items.get(nameOf(table, key)));
        for (const item of found) used.readUnits += readUnits(item === undefined ? 0 : itemSize(item));
        return [table, found.filter((item) => item !== undefined)];
      }),
    );
    return { body: { Responses, UnprocessedKeys: {} } };
  },
};

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = String(request.headers["x-amz-target"] ?? "");
  const body = await json(request);
  if (target === "") {
    Object.assign(settings, v.parse(commandSchema, body));
    response.end(JSON.stringify(used));
    return;
  }
  const name = target.split(".")[1] ?? "";
  const operation = operations[name];
  if (operation === undefined) throw new Error(`The stub does not know ${target}`);
  // Mute, the effect happens and nothing after it does: the peer's completion is not stored, Doorbell gets no answer.
  if (settings.isMute && name === "UpdateItem") return void process.send?.("muted");
  const answer = operation(body);
  if (settings.isMute && name === "BatchExecuteStatement") return void process.send?.("muted");
  const send = () => {
    response.writeHead(answer.status ?? 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(answer.body));
  };
  if (settings.delayMs === 0) send();
  else setTimeout(send, settings.delayMs);
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.writeHead(500).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 });
});
process.once("disconnect", () => process.exit());
