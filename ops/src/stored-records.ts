import { GetItemCommand, paginateQuery, paginateScan } from "@aws-sdk/client-dynamodb";
import { type FoundEntry, readAuditEntry } from "@doorbell/audit-trail/read-audit-entry";
import { auditedOrders } from "@doorbell/change-audit/audited-orders";
import { readOrderKey } from "@doorbell/event-contracts/order-key";
import * as v from "valibot";
import { plainItem } from "@doorbell/cli/aws/stored-item";
import type { Environment } from "@doorbell/cli/aws/environment";
import { CommandError } from "@doorbell/cli/command-error";
import { pipelineNames } from "./pipeline-names.ts";

const receiptSchema = v.looseObject({
  id: v.string(),
  key: v.string(),
  partner: v.string(),
  eventTime: v.string(),
  status: v.string(),
  reason: v.optional(v.string()),
  lines: v.number(),
  orders: v.number(),
  rejectedLines: v.number(),
  rejectsKey: v.optional(v.string()),
  checkpoint: v.number(),
});

/** What is known of an upload, as `upload-ingest` writes it. */
export type StoredReceipt = v.InferOutput<typeof receiptSchema>;

const partSchema = v.looseObject({ eventId: v.string(), correlationId: v.string() });
const orderSchema = v.looseObject({
  id: v.string(),
  version: v.number(),
  status: v.string(),
  placed: v.optional(partSchema),
  cancelled: v.optional(partSchema),
});

/** An order, as `order-queue` writes it. Holds personal data. */
export type StoredOrder = v.InferOutput<typeof orderSchema>;

/** Parts of the orders table that are read side by side, each of a page at a time. */
const SCAN_SEGMENTS = 8;

/**
 * What the tables hold of one upload or one order, consistently read. An order is asked for by its key, `partner/order id`. What is not stored as this release writes it is a
 * `CommandError` that says so.
 */
export interface StoredRecords {
  receipt(uploadId: string): Promise<StoredReceipt | undefined>;
  /** The newest `limit` receipts, by the time of their upload; the whole table is scanned. */
  receipts(limit: number): Promise<readonly StoredReceipt[]>;
  order(orderKey: string): Promise<StoredOrder | undefined>;
  /**
   * The keys of all orders of that id, one for each partner that has one, in the order of the alphabet. No index has ids alone, so the whole table is read
   * (eventually consistent: half a read unit for every 4 KB).
   */
  keysOf(orderId: string): Promise<readonly string[]>;
  /** What stands in the orders table under that key, whatever it is. */
  orderItem(orderKey: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** At most `limit` entries, the first ones first. */
  entries(orderKey: string, limit: number): Promise<readonly FoundEntry<"orderKey">[]>;
}

/** Opens the tables. Needs `dynamodb:GetItem`, `Query` and `Scan`. */
export function openStoredRecords(environment: Environment): StoredRecords {
  const { dynamodb: client } = environment;
  const names = pipelineNames(environment);
  const get = async (table: string, id: string) => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : plainItem(Item);
  };
  return {
    async receipt(uploadId) {
      const item = await get(names.UPLOADS_TABLE, uploadId);
      return item === undefined ? undefined : readReceipt(item);
    },
    async receipts(limit) {
      let newest: StoredReceipt[] = [];
      for await (const page of paginateScan({ client }, { TableName: names.UPLOADS_TABLE, ConsistentRead: true })) {
        const more = (page.Items ?? []).map((item) => readReceipt(plainItem(item)));
        newest = [...newest, ...more].toSorted((a, b) => b.eventTime.localeCompare(a.eventTime)).slice(0, limit);
      }
      return newest;
    },
    async order(orderKey) {
      const item = await get(names.ORDERS_TABLE, orderKey);
      return item === undefined ? undefined : readOrder(item);
    },
    async keysOf(orderId) {
      const isOne = (key: string) => readOrderKey(key)?.orderId === orderId;
      if (!isOne(`any/${orderId}`)) return []; // no order has such an id
      const segments = Array.from({ length: SCAN_SEGMENTS }, async (_, Segment) => {
        const scan = {
          TableName: names.ORDERS_TABLE,
          ProjectionExpression: "id",
          FilterExpression: "contains(id, :end)",
          ExpressionAttributeValues: { ":end": { S: `/${orderId}` } },
          Segment,
          TotalSegments: SCAN_SEGMENTS,
        };
        const keys: string[] = [];
        for await (const page of paginateScan({ client }, scan))
          keys.push(...(page.Items ?? []).map((item) => item["id"]?.S ?? "").filter(isOne));
        return keys;
      });
      return (await Promise.all(segments)).flat().toSorted();
    },
    orderItem: (orderKey) => get(names.ORDERS_TABLE, orderKey),
    async entries(orderKey, limit) {
      const found: FoundEntry<"orderKey">[] = [];
      const query = {
        TableName: names.AUDIT_TABLE,
        ConsistentRead: true,
        KeyConditionExpression: "orderKey = :id",
        ExpressionAttributeValues: { ":id": { S: orderKey } },
        Limit: limit,
      };
      for await (const page of paginateQuery({ client }, query)) {
        for (const item of page.Items ?? []) found.push(readAuditEntry(plainItem(item), auditedOrders));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },
  };
}

type Item = Readonly<Record<string, unknown>>;

function readReceipt(item: Item): StoredReceipt {
  const parsed = v.safeParse(receiptSchema, item);
  if (parsed.success) return parsed.output;
  throw unreadable(`receipt ${String(item["id"])}`, parsed.issues, "aws dynamodb get-item");
}

function readOrder(item: Item): StoredOrder {
  const parsed = v.safeParse(orderSchema, item);
  if (parsed.success) return parsed.output;
  throw unreadable(`order ${String(item["id"])}`, parsed.issues, `doorbell orders show ${String(item["id"])}`);
}

function unreadable(what: string, issues: readonly v.BaseIssue<unknown>[], command: string): CommandError {
  const paths = [...new Set(issues.map((issue) => v.getDotPath(issue) ?? "the item"))].join(", ");
  return new CommandError(`${what} is not stored as this release writes it, at ${paths}; "${command}" prints it.`);
}
