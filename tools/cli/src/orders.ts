import type { PipelineOptions } from "./aws/client-options.ts";
import { withEnvironment } from "./aws/with-environment.ts";
import { CommandError } from "./command-error.ts";
import { openStoredRecords } from "./stored-records.ts";

/**
 * `doorbell orders show`: an order as it is stored, as JSON, whoever wrote it. It holds the customer's name and address: for a terminal, not
 * for a ticket.
 *
 * @throws {CommandError} there is no such order
 */
export async function ordersShow(id: string, options: PipelineOptions): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const order = await openStoredRecords(pipeline.dynamodb, pipeline.names).orderItem(id);
    if (order === undefined)
      throw new CommandError(`${pipeline.title} has no order ${id}; "doorbell trace ${id}" shows whether it came.`);
    process.stdout.write(`${JSON.stringify(order, null, 2)}\n`);
  });
}
