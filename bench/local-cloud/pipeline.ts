import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";

const REGION = "eu-central-2";
const ACCOUNT = "000000000000";

/** Says, when it is called, which event reached it and when; of an empty handler nothing is left but the return. */
const HANDLERS = `
const idOf = (record) => record.s3?.object.key ?? record.body ?? record.dynamodb?.Keys.id.S;
export const noting = async ({ Records }) => {
  const at = performance.timeOrigin + performance.now();
  for (const record of Records) process.stdout.write(JSON.stringify({ bench: idOf(record), at }) + "\\n");
};
export const empty = async () => {};
`;

const resource = (type: string, name: string, inputs: Record<string, unknown>) => ({ type, name, inputs });
const functionArn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
const queueArn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
const lambda = (name: string, handler: string) =>
  resource("aws:lambda/function:Function", name, {
    name,
    handler: `handlers.${handler}`,
    runtime: "nodejs24.x",
    timeout: 20,
    memorySize: 512,
    loggingConfig: { logFormat: "JSON" },
  });
const queue = (name: string) => resource("aws:sqs/queue:Queue", name, { name, visibilityTimeoutSeconds: 120 });
const mapping = (name: string, functionName: string, inputs: Record<string, unknown>) =>
  resource("aws:lambda/eventSourceMapping:EventSourceMapping", name, {
    functionName: functionArn(functionName),
    ...inputs,
  });

const resources = [
  resource("aws:s3/bucket:Bucket", "FilesBucket", { bucket: "files" }),
  queue("messages"),
  queue("many"),
  resource("aws:dynamodb/table:Table", "ItemsTable", {
    name: "items",
    attributes: [{ name: "id", type: "S" }],
    hashKey: "id",
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
  }),
  lambda("on-object", "noting"),
  lambda("on-message", "noting"),
  lambda("on-change", "noting"),
  lambda("on-many", "empty"),
  resource("aws:s3/bucketNotification:BucketNotification", "Notification", {
    bucket: "files",
    lambdaFunctions: [{ id: "all", lambdaFunctionArn: functionArn("on-object"), events: ["s3:ObjectCreated:*"] }],
  }),
  mapping("Messages", "on-message", { eventSourceArn: queueArn("messages") }),
  mapping("Many", "on-many", { eventSourceArn: queueArn("many"), batchSize: 10, enabled: false }),
  mapping("Items", "on-change", {
    eventSourceArn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/items/stream/latest`,
    startingPosition: "TRIM_HORIZON",
  }),
];

/** A bucket, two queues and a table with a function each. The folder is the caller's to remove. */
export async function startPipeline(): Promise<{ readonly cloud: LocalCloud; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-bench-"));
  writeFileSync(join(folder, "handlers.ts"), HANDLERS);
  const graph = { digest: "", sst: "", app: "bench", stage: "local", region: REGION, resources };
  return { folder, cloud: await startLocalCloud({ root: folder, graph }) };
}
