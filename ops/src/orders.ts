import type { EnvironmentOptions } from "@doorbell/cli/aws/environment-options";
import { withEnvironment } from "@doorbell/cli/aws/with-environment";
import { CommandError } from "@doorbell/cli/command-error";
import { keyOfOrder } from "./named-order.ts";
import { openStoredRecords } from "./stored-records.ts";

/**
 * `doorbell orders show`: an order, named `partner/ORDER-1` or by its id where one partner alone has it, as it is stored, as JSON, whoever wrote it. It holds the customer's name and address: for a terminal, not
 * for a ticket.
 *
 * @throws {CommandError} there is no such order, or several partners have one
 */
export async function ordersShow(name: string, options: EnvironmentOptions): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const records = openStoredRecords(pipeline);
    const byId = async () => {
      const key = await keyOfOrder(name, records, pipeline.title);
      return key === undefined ? undefined : records.orderItem(key);
    };
    const order = (await records.orderItem(name)) ?? (await byId());
    if (order === undefined)
      throw new CommandError(`${pipeline.title} has no order ${name}; "doorbell trace ${name}" shows whether it came.`);
    process.stdout.write(`${JSON.stringify(order, null, 2)}\n`);
  });
}
