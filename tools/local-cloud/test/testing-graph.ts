import { LOCAL_ACCOUNT, LOCAL_REGION } from "../src/local-region.ts";

/** A resource of a graph, as Pulumi would create it. */
interface GraphResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What AWS draws for it, and other resources refer to. */
  readonly drawn?: Readonly<Record<string, string>>;
  /** SST's component that it is a part of. */
  readonly component?: { readonly name: string };
}

/** Resources of a small pipeline for tests: bucket `Uploads`, queue `Orders` with its dead-letter queue, table `OrdersTable`. */
export const smallPipeline: readonly GraphResource[] = [
  {
    type: "aws:s3/bucket:Bucket",
    name: "UploadsBucket",
    component: { name: "Uploads" },
    inputs: { bucket: "test-uploads" },
  },
  {
    type: "aws:sqs/queue:Queue",
    name: "OrdersDlqQueue",
    component: { name: "OrdersDlq" },
    inputs: { name: "test-orders-dlq" },
  },
  {
    type: "aws:sqs/queue:Queue",
    name: "OrdersQueue",
    component: { name: "Orders" },
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
    component: { name: "OrdersTable" },
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

/** The code of `watchedPipeline`'s function: it logs the id of each record's item. */
export const WATCHER = `
export const handler = async ({ Records }) => {
  for (const { dynamodb } of Records) process.stdout.write("saw " + dynamodb.Keys.id.S + "\\n");
};
`;

/** The ids that `watcher` has logged since a time: with a state folder, earlier lives have logged, too. */
export function seenSince(began: number, lines: readonly { readonly time: string; readonly line: string }[]): string[] {
  return lines
    .filter(({ time }) => Date.parse(time) >= began)
    .flatMap(({ line }) => /^saw (.*)$/.exec(line)?.[1] ?? []);
}

/** The small pipeline, and a function `watcher` (of `watcher.ts`) that reads the stream of its table. */
export function watchedPipeline(startingPosition: "LATEST" | "TRIM_HORIZON"): readonly GraphResource[] {
  return [
    ...smallPipeline,
    {
      type: "aws:lambda/function:Function",
      name: "watcher",
      inputs: { name: "watcher", handler: "watcher.handler", runtime: "nodejs24.x", timeout: 20 },
    },
    {
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      name: "Stream",
      inputs: {
        functionName: `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:watcher`,
        eventSourceArn: `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT}:table/test-orders-table/stream/latest`,
        startingPosition,
      },
    },
  ];
}

/** `infra/graph.json` with the given resources. */
export function testGraph(resources: readonly GraphResource[] = smallPipeline): unknown {
  return { digest: "", sst: "", app: "doorbell", stage: "test", region: LOCAL_REGION, resources };
}
