import { DescribeTableCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { Image } from "@doorbell/aws-events/attribute-value";
import type { SampleObject, SampleSubjects } from "@doorbell/aws-events/sample-events";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import type { Environment } from "../aws/environment.ts";
import { storedImage } from "../aws/stored-item.ts";
import { findProjectRoot } from "../project.ts";
import { projectGraph } from "../project-graph.ts";

/** The names of what hands over events, from the project's graph; none outside of a project. */
export function graphSubjects(): SampleSubjects {
  const root = findProjectRoot();
  if (root === undefined) return {};
  const graph = projectGraph(root);
  const bucket = notifyingBucket(graph);
  const queue = graph.mappings.find(({ kind }) => kind === "sqs");
  const table = streamingTable(graph);
  return {
    region: graph.region,
    ...(bucket !== undefined && { bucket }),
    ...(queue !== undefined && { queueArn: queue.eventSourceArn }),
    ...(table !== undefined && { streamArn: `${table.arn}/stream/2024-03-01T08:30:00.250` }),
  };
}

/** The files that were uploaded last to the bucket that calls a function, the latest first; the whole bucket is listed. */
export async function uploadedObjects({ s3, graph }: Environment, count: number): Promise<readonly SampleObject[]> {
  const Bucket = notifyingBucket(graph);
  if (Bucket === undefined) return [];
  let latest: SampleObject[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
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

/** Items of the table whose stream calls a function, of those that can pass for just inserted, and the stream's ARN. */
export async function storedItems(
  { dynamodb, graph }: Environment,
  count: number,
  isAsInserted: (item: Image) => boolean = () => true,
): Promise<Pick<SampleSubjects, "images" | "streamArn">> {
  const TableName = streamingTable(graph)?.name;
  const images: Image[] = [];
  if (TableName === undefined) return { images };
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName })) {
    images.push(...Items.map(storedImage).filter(isAsInserted));
    if (images.length >= count) break;
  }
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  const streamArn = Table?.LatestStreamArn;
  return { images: images.slice(0, count), ...(streamArn !== undefined && { streamArn }) };
}

function notifyingBucket({ notifications: [notification] }: Graph): string | undefined {
  return notification?.bucket;
}

function streamingTable({ mappings, tables }: Graph): Graph["tables"][number] | undefined {
  const stream = mappings.find((mapping) => mapping.kind === "dynamodb");
  return tables.find(({ name }) => name === stream?.tableName);
}
