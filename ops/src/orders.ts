import type { EnvironmentOptions } from "@doorbell/cli/aws/environment-options";
import { withEnvironment } from "@doorbell/cli/aws/with-environment";
import { CommandError } from "@doorbell/cli/command-error";
import { openStoredRecords } from "./stored-records.ts";

/**
 * `doorbell orders show`: an order as it is stored, as JSON, whoever wrote it. It holds the customer's name and address: for a terminal, not
 * for a ticket.
 *
 * @throws {CommandError} there is no such order
 */
export async function ordersShow(id: string, options: EnvironmentOptions): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const order = await openStoredRecords(pipeline).orderItem(id);
    if (order === undefined)
      throw new CommandError(`${pipeline.title} has no order ${id}; "doorbell trace ${id}" shows whether it came.`);
    process.stdout.write(`${JSON.stringify(order, null, 2)}\n`);
  });
}
