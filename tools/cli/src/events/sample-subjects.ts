import { DescribeTableCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { Image } from "@doorbell/aws-events/attribute-value";
import type { SampleObject, SampleSubjects } from "@doorbell/aws-events/sample-events";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import type { Environment } from "../aws/environment.ts";
import { storedImage } from "../aws/stored-item.ts";
import type { SampleSource } from "./sample-source.ts";

/** The names of what hands over events. */
export function sourceSubjects({ region }: Graph, { bucket, queueArn, table }: SampleSource): SampleSubjects {
  return {
    region,
    ...(bucket !== undefined && { bucket: bucket.name }),
    ...(queueArn !== undefined && { queueArn }),
    ...(table !== undefined && { streamArn: `${table.arn}/stream/2024-03-01T08:30:00.250` }),
  };
}

/** The files that were uploaded last, of those that the bucket tells of, the latest first; the whole bucket is listed. */
export async function uploadedObjects(
  { s3 }: Pick<Environment, "s3">,
  { bucket }: SampleSource,
  count: number,
): Promise<readonly SampleObject[]> {
  if (bucket === undefined) return [];
  let latest: SampleObject[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket.name })) {
    const more = Contents.map(({ Key = "", Size = 0, ETag = "", LastModified }) => ({
      key: Key,
      size: Size,
      eTag: ETag.replaceAll('"', ""),
      eventTime: (LastModified ?? new Date()).toISOString(),
    })).filter(({ key }) => bucket.notifies(key));
    latest = [...latest, ...more].toSorted((a, b) => b.eventTime.localeCompare(a.eventTime)).slice(0, count);
  }
  return latest;
}

/** Items of the table, of those that can pass for just inserted, and its stream's ARN. */
export async function storedItems(
  { dynamodb }: Pick<Environment, "dynamodb">,
  { table }: SampleSource,
  count: number,
  isAsInserted: (item: Image) => boolean = () => true,
): Promise<Pick<SampleSubjects, "images" | "streamArn">> {
  const images: Image[] = [];
  if (table === undefined) return { images };
  const TableName = table.name;
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName })) {
    images.push(...Items.map(storedImage).filter(isAsInserted));
    if (images.length >= count) break;
  }
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  const streamArn = Table?.LatestStreamArn;
  return { images: images.slice(0, count), ...(streamArn !== undefined && { streamArn }) };
}
