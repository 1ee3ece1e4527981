import { DescribeTableCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { paginateListObjectsV2, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Image } from "@doorbell/aws-events/attribute-value";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { ORDER_PLACED_TYPE } from "@doorbell/event-contracts/order-placed";
import type { SampleObject, SampleSubjects } from "@doorbell/aws-events/sample-events";
import { sampleEvent } from "@doorbell/event-contracts/sample-events";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import { storedImage } from "../aws/stored-item.ts";
import type { Environment } from "../aws/environment.ts";
import { nameIn } from "../aws/names.ts";
import { CommandError } from "../command-error.ts";
import { projectGraph } from "../project.ts";
import type { RunningCloud } from "../running-cloud.ts";

const HANDLED_IN_MS = 60_000;

/** The names of what hands over events, from `infra/graph.json`. */
export function graphSubjects(): SampleSubjects {
  const { region, notifications, mappings, tables } = projectGraph();
  const [notification] = notifications;
  const queue = mappings.find(({ kind }) => kind === "sqs");
  const stream = mappings.find((mapping) => mapping.kind === "dynamodb");
  const table = tables.find(({ name }) => name === stream?.tableName);
  return {
    region,
    ...(notification !== undefined && { bucket: notification.bucket }),
    ...(queue !== undefined && { queueArn: queue.eventSourceArn }),
    ...(table !== undefined && { streamArn: `${table.arn}/stream/2024-03-01T08:30:00.250` }),
  };
}

/** The files that were uploaded last, the latest first; the whole bucket is listed. */
export async function uploadedObjects(environment: Environment, count: number): Promise<readonly SampleObject[]> {
  let latest: SampleObject[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: environment.s3 },
    { Bucket: nameIn(environment, "UPLOADS_BUCKET") },
  )) {
    const more = Contents.map(({ Key = "", Size = 0, ETag = "", LastModified }) => ({
      key: Key,
      size: Size,
      eTag: ETag.replaceAll('"', ""),
      eventTime: (LastModified ?? new Date()).toISOString(),
    }));
    latest = [...latest, ...more].toSorted((a, b) => b.eventTime.localeCompare(a.eventTime)).slice(0, count);
  }
  return latest;
}

/** Orders in their first version, as they are stored: the stream's record of each can be told from that alone. */
export async function storedOrders(environment: Environment, count: number): Promise<readonly Image[]> {
  const images: Image[] = [];
  const scan = {
    TableName: nameIn(environment, "ORDERS_TABLE"),
    FilterExpression: "version = :first",
    ExpressionAttributeValues: { ":first": { N: "1" } },
  };
  for await (const { Items = [] } of paginateScan({ client: environment.dynamodb }, scan)) {
    images.push(...Items.map(storedImage));
    if (images.length >= count) break;
  }
  return images.slice(0, count);
}

/** The ARN of the orders table's stream. */
export async function streamArn(environment: Environment): Promise<Pick<SampleSubjects, "streamArn">> {
  const { Table } = await environment.dynamodb.send(
    new DescribeTableCommand({ TableName: nameIn(environment, "ORDERS_TABLE") }),
  );
  return Table?.LatestStreamArn === undefined ? {} : { streamArn: Table.LatestStreamArn };
}

/**
 * Uploads files of one made-up order each, and waits until the pipeline has handled them. The same seed makes the same files, which
 * change nothing the second time. Answers how many.
 *
 * @throws {CommandError} they were not handled within a minute
 */
export async function uploadSamples(
  environment: Environment,
  cloud: RunningCloud,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<number> {
  const orders = madeUpOrders(count, seed);
  for (const [index, order] of orders.entries())
    await environment.s3.send(
      new PutObjectCommand({
        Bucket: nameIn(environment, "UPLOADS_BUCKET"),
        Key: `samples/seed-${seed}/order-${index + 1}.ndjson`,
        Body: `${JSON.stringify(order)}\n`,
      }),
    );
  const waited = await cloud.request(`/_doorbell/wait?timeoutMs=${HANDLED_IN_MS}`, { method: "POST" });
  if (!waited.ok) throw new CommandError("the uploaded files were not handled within a minute; see doorbell status.");
  return orders.length;
}

function madeUpOrders(count: number, seed: number): object[] {
  const messages = parseSqsEvent(sampleEvent(ORDER_PLACED_TYPE, { count, seed }));
  const records = messages.ok ? messages.records : [];
  const events = records.map((record) => parseBusinessEvent(record.ok ? record.value.body : ""));
  return events.flatMap((event) => (event.ok ? [event.value.data] : []));
}
