import type { FailureHooks } from "@doorbell/cli/operate/failures/failure-hooks";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { orderKey, orderOf } from "@doorbell/event-contracts/order-key";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Store } from "@doorbell/idempotency/store";
import { decideOrder } from "@doorbell/order-queue/decide-order";
import * as v from "valibot";
import { parseJson } from "@doorbell/cli/parse-json";

const namedSchema = v.looseObject({
  source: v.string(),
  subject: v.string(),
  correlationid: v.fallback(v.optional(v.string()), undefined),
});

/** Messages of the orders DLQ: `order-rejected`, which `order-queue` parked, and `order-exhausted`, which ran out of receives. */
export function orderHooks(options: {
  readonly store: Pick<Store, "read">;
  readonly ordersTable: string;
}): FailureHooks {
  const { store, ordersTable } = options;
  return {
    place: "orders DLQ",
    kinds: { "message-rejected": "order-rejected", "message-exhausted": "order-exhausted" },
    about: (content) => {
      const named = v.safeParse(namedSchema, parseJson(content));
      return named.success ? `order ${orderKey(orderOf(named.output))}` : "a message that names no order";
    },
    stories: (content) => {
      const named = v.safeParse(namedSchema, parseJson(content));
      if (!named.success) return { subjects: [], correlationIds: [] };
      const { correlationid } = named.output;
      return {
        subjects: [orderKey(orderOf(named.output))],
        correlationIds: correlationid === undefined ? [] : [correlationid],
      };
    },
    isDone: async (content) => {
      const event = parseBusinessEvent(content);
      if (!event.ok) return false;
      const [stored] = (await store.read([{ table: ordersTable, key: { id: orderKey(orderOf(event.value)) } }])).map(
        itemOf,
      );
      return isDuplicate(stored, event.value);
    },
  };
}

function isDuplicate(...order: Parameters<typeof decideOrder>): boolean {
  try {
    return decideOrder(...order).kind === "duplicate";
  } catch {
    return false; // What is stored is no order: the service says so when it meets it.
  }
}
