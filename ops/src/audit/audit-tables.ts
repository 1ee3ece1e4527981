import { setTimeout as delay } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  paginateQuery,
  paginateScan,
} from "@aws-sdk/client-dynamodb";
import { type FoundEntry, readAuditEntry } from "@doorbell/audit-trail/read-audit-entry";
import { auditedOrders } from "@doorbell/change-audit/audited-orders";
import type { Image } from "@doorbell/aws-events/attribute-value";
import { plainItem, storedImage } from "@doorbell/cli/aws/stored-item";

/** The most keys one call reads (AWS: BatchGetItem). */
const MAX_BATCH_READS = 100;
const UNPROCESSED_PAUSE_MS = 100;

type Key = Record<string, AttributeValue>;

/** An order and its entries, as they are stored. */
export interface StoredTrail {
  readonly orderKey: string;
  readonly image: Image | undefined;
  readonly entries: readonly FoundEntry<"orderKey">[];
}

/** The orders table and the audit table, read only, page by page: at most a few megabytes are held at a time. */
export interface AuditTables {
  /** Every order that has an entry, with its entries as they lay side by side in the scan. One may come in two pieces. */
  trails(): AsyncIterable<readonly StoredTrail[]>;
  /** The ids of all orders, and for each whether an entry of version 1 is there. */
  orders(): AsyncIterable<readonly { readonly orderKey: string; readonly isAudited: boolean }[]>;
  /** One order, consistently read. */
  trail(orderKey: string): Promise<StoredTrail>;
}

/** Opens the tables. Needs `dynamodb:Scan`, `Query`, `GetItem` and `BatchGetItem` on both. */
export function openAuditTables(
  client: DynamoDBClient,
  names: { readonly ORDERS_TABLE: string; readonly AUDIT_TABLE: string },
): AuditTables {
  const { ORDERS_TABLE: ordersTable, AUDIT_TABLE: auditTable } = names;
  return { trails, orders, trail };

  async function* trails(): AsyncGenerator<readonly StoredTrail[]> {
    // The last order of a page may go on in the next one.
    let open: { orderKey: string; entries: FoundEntry<"orderKey">[] } | undefined;
    for await (const page of paginateScan({ client }, { TableName: auditTable, ConsistentRead: true })) {
      const ended: { orderKey: string; entries: FoundEntry<"orderKey">[] }[] = [];
      for (const item of page.Items ?? []) {
        const orderKey = item["orderKey"]?.S ?? "";
        if (open?.orderKey !== orderKey) {
          if (open !== undefined) ended.push(open);
          open = { orderKey, entries: [] };
        }
        open.entries.push(readAuditEntry(plainItem(item), auditedOrders));
      }
      yield await withImages(ended);
    }
    if (open !== undefined) yield await withImages([open]);
  }

  async function withImages(
    groups: { orderKey: string; entries: FoundEntry<"orderKey">[] }[],
  ): Promise<readonly StoredTrail[]> {
    const images = new Map<string, Image>();
    const keys = [...new Set(groups.map(({ orderKey }) => orderKey))].map((id) => ({ id: { S: id } }));
    for (const item of await getAll(ordersTable, keys)) images.set(item["id"]?.S ?? "", storedImage(item));
    return groups.map((group) => ({ ...group, image: images.get(group.orderKey) }));
  }

  async function* orders(): AsyncGenerator<readonly { orderKey: string; isAudited: boolean }[]> {
    const ids = { TableName: ordersTable, ConsistentRead: true, ProjectionExpression: "id" };
    for await (const page of paginateScan({ client }, ids)) {
      const orderKeys = (page.Items ?? []).map((item) => item["id"]?.S ?? "");
      const keys = orderKeys.map((id) => ({ orderKey: { S: id }, version: { N: "1" } }));
      const audited = new Set<string>();
      for (const item of await getAll(auditTable, keys, "orderKey")) audited.add(item["orderKey"]?.S ?? "");
      yield orderKeys.map((orderKey) => ({ orderKey, isAudited: audited.has(orderKey) }));
    }
  }

  async function trail(orderKey: string): Promise<StoredTrail> {
    // The order first: a change that comes in between is then in the entries alone, and the next look is right.
    const { Item } = await client.send(
      new GetItemCommand({ TableName: ordersTable, Key: { id: { S: orderKey } }, ConsistentRead: true }),
    );
    const entries: FoundEntry<"orderKey">[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: auditTable,
        ConsistentRead: true,
        KeyConditionExpression: "orderKey = :id",
        ExpressionAttributeValues: { ":id": { S: orderKey } },
      },
    );
    for await (const page of pages)
      for (const item of page.Items ?? []) entries.push(readAuditEntry(plainItem(item), auditedOrders));
    return { orderKey, entries, image: Item === undefined ? undefined : storedImage(Item) };
  }

  /** Reads items by their keys, a hundred a call. */
  async function getAll(
    table: string,
    keys: readonly Key[],
    projection?: string,
  ): Promise<Record<string, AttributeValue>[]> {
    const calls = Array.from({ length: Math.ceil(keys.length / MAX_BATCH_READS) }, (_, index) =>
      getSome(table, keys.slice(index * MAX_BATCH_READS, (index + 1) * MAX_BATCH_READS), projection),
    );
    return (await Promise.all(calls)).flat();
  }

  /** What DynamoDB leaves out is asked for again. */
  async function getSome(table: string, keys: Key[], projection: string | undefined) {
    const items: Record<string, AttributeValue>[] = [];
    let left: KeysAndAttributes | undefined = {
      Keys: keys,
      ConsistentRead: true,
      ...(projection !== undefined && { ProjectionExpression: projection }),
    };
    while (left !== undefined) {
      const answer: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: left } }),
      );
      items.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys?.[table];
      if (left !== undefined) await delay(UNPROCESSED_PAUSE_MS);
    }
    return items;
  }
}
