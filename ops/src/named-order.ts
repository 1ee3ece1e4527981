import { CommandError } from "@doorbell/cli/command-error";
import type { StoredRecords } from "./stored-records.ts";

/** Keys that one message lists at most. */
const MAX_LISTED = 20;

/**
 * The key of the order that is asked for by its id alone; undefined where no partner has such an order. Reads the whole orders table.
 *
 * @throws {CommandError} several partners have one, and the message names their keys
 */
export async function keyOfOrder(
  orderId: string,
  records: Pick<StoredRecords, "keysOf">,
  title: string,
): Promise<string | undefined> {
  const keys = await records.keysOf(orderId);
  if (keys.length < 2) return keys[0];
  const listed = keys.slice(0, MAX_LISTED).join(", ");
  const more = keys.length > MAX_LISTED ? ` and ${keys.length - MAX_LISTED} more` : "";
  throw new CommandError(`${title} has ${keys.length} orders ${orderId}: ${listed}${more}; name one of them.`);
}
