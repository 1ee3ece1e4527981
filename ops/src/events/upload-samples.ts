import { PutObjectCommand } from "@aws-sdk/client-s3";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import type { Environment } from "@doorbell/cli/aws/environment";
import { formatCounted } from "@doorbell/cli/table";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { ORDER_PLACED_TYPE } from "@doorbell/event-contracts/order-placed";
import { sampleEvent } from "@doorbell/event-contracts/sample-events";
import { pipelineNames } from "../pipeline-names.ts";

/**
 * Uploads files of one made-up order each. The same seed makes the same files, which change nothing the second time. Answers what it
 * did.
 */
export async function uploadSamples(
  environment: Environment,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<string> {
  const { UPLOADS_BUCKET: Bucket } = pipelineNames(environment);
  const orders = madeUpOrders(count, seed);
  for (const [index, order] of orders.entries()) {
    const Key = `samples/seed-${seed}/order-${index + 1}.ndjson`;
    await environment.s3.send(new PutObjectCommand({ Bucket, Key, Body: `${JSON.stringify(order)}\n` }));
  }
  const files = formatCounted(orders.length, "made-up file");
  return `${files} of one order each went into its uploads bucket, under samples/`;
}

function madeUpOrders(count: number, seed: number): object[] {
  const messages = parseSqsEvent(sampleEvent(ORDER_PLACED_TYPE, { count, seed }));
  const records = messages.ok ? messages.records : [];
  const events = records.map((record) => parseBusinessEvent(record.ok ? record.value.body : ""));
  return events.flatMap((event) => (event.ok ? [event.value.data] : []));
}
