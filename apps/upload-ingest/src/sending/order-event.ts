import { hash } from "node:crypto";
import { ORDER_PLACED_TYPE, type OrderPlaced } from "@doorbell/event-contracts/order-placed";
import type { FoundOrder } from "../order-file/found-order.ts";
import type { Upload } from "../upload.ts";

/** Names the contract of the events' data. */
export const ORDER_PLACED_SCHEMA = "urn:doorbell:contract:order.placed.v1";

/**
 * The event of an order. A repeated run over the same upload gives the same event, byte for byte: its id is SHA-256 over
 * bucket, key, version and the order's first line, its time that of the upload.
 */
export function orderEvent({ data, lines }: FoundOrder, upload: Upload): OrderPlaced {
  const position = lines[0]?.line ?? 0;
  return {
    specversion: "1.0",
    id: hash("sha256", JSON.stringify([upload.bucket, upload.key, upload.version, position])),
    source: upload.partner,
    type: ORDER_PLACED_TYPE,
    subject: data.orderId,
    time: upload.eventTime,
    datacontenttype: "application/json",
    dataschema: ORDER_PLACED_SCHEMA,
    correlationid: upload.id,
    data,
  };
}
