import { LOCAL_ACCOUNT, LOCAL_REGION } from "./local-region.ts";

/** A resource of a graph, as Pulumi would create it. */
interface GraphResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Resources of a small pipeline for tests: bucket `Uploads`, queue `Orders` with its dead-letter queue, table `OrdersTable`. */
export const smallPipeline: readonly GraphResource[] = [
  { type: "aws:s3/bucket:Bucket", name: "UploadsBucket", inputs: { bucket: "test-uploads" } },
  { type: "aws:sqs/queue:Queue", name: "OrdersDlqQueue", inputs: { name: "test-orders-dlq" } },
  {
    type: "aws:sqs/queue:Queue",
    name: "OrdersQueue",
    inputs: {
      name: "test-orders",
      visibilityTimeoutSeconds: 60,
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:test-orders-dlq`,
        maxReceiveCount: 2,
      }),
    },
  },
  {
    type: "aws:dynamodb/table:Table",
    name: "OrdersTableTable",
    inputs: {
      name: "test-orders-table",
      attributes: [
        { name: "id", type: "S" },
        { name: "status", type: "S" },
      ],
      hashKey: "id",
      globalSecondaryIndexes: [{ name: "by-status", hashKey: "status", projectionType: "KEYS_ONLY" }],
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      ttl: { attributeName: "expiresAt", enabled: true },
    },
  },
];

/** `infra/graph.json` with the given resources. */
export function testGraph(resources: readonly GraphResource[] = smallPipeline): unknown {
  return { digest: "", sst: "", app: "doorbell", stage: "test", region: LOCAL_REGION, resources };
}
