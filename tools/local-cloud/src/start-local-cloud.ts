import { join } from "node:path";
import { readCheckedGraph } from "./check-graph.ts";
import { superviseDynamoDb, type SupervisedDynamoDb } from "./emulators/supervised-dynamodb.ts";
import { startFrontServer } from "./endpoint/front-server.ts";
import { openProject } from "./open-project.ts";
import { admitsBucketPages } from "./s3/bucket-cors.ts";
import { createShutdown } from "./shutdown.ts";
import { takeStateFolder } from "./state-folder.ts";
import type { Graph } from "./graph/graph.ts";
import type { LocalCloud, LocalCloudOptions } from "./local-cloud.ts";
import type { Shutdown } from "./shutdown.ts";

export type { CloudStatus } from "./cloud-status.ts";
export type { LocalCloud, LocalCloudOptions } from "./local-cloud.ts";

/**
 * Boots S3, SQS, SNS, EventBridge, DynamoDB with Streams and Lambda as an SST project configures them, on one endpoint of 127.0.0.1. The project's
 * `sst.config.ts` is evaluated offline, once for as long as it does not change. Nothing of a boot that fails is left. DynamoDB, which
 * needs Java, is started where the project has a table.
 *
 * A DynamoDB Local that ends by itself is started again on `stateDir`, within seconds; meanwhile requests to DynamoDB are refused
 * with `InternalServerError`, which SDKs retry, and nothing is idle. Without `stateDir` see `failed`.
 *
 *     await using cloud = await startLocalCloud({ root: import.meta.dirname });
 *     Object.assign(process.env, cloud.environment);
 *     const QueueUrl = cloud.resource("MyQueue").url;
 *     await new SQSClient().send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
 *     await cloud.waitUntilIdle();
 *
 * @throws ProjectNotFound, InvalidStage, PlatformInstallError, EvaluationError, InvalidGraph, BundleFailed, InvalidMapping, InvalidFaultPlan, PortTaken, StateFolderUnusable, StateInUse, JavaMissing, DynamoDbLocalFailed, DynamoDbEndpointUnusable
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const shutdown = createShutdown();
  try {
    return await boot(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

/** Java takes a second or two to start, and most of the modules half a second to load: this one loads little, and Java comes first. */
async function boot(options: LocalCloudOptions, shutdown: Shutdown): Promise<LocalCloud> {
  const { port = 0, stateDir } = options;
  const notice = options.notice ?? ((sentence: string) => void process.stderr.write(`${sentence}\n`));
  const project = await openProject(options, notice);
  const graph = readCheckedGraph(project.graph, notice);
  const front = await startFrontServer(port, admitsBucketPages(graph.buckets));
  shutdown.on("endpoint", () => front.stop());
  if (stateDir !== undefined) shutdown.on("stateLock", takeStateFolder(stateDir, notice));
  const ownDynamoDb = startDynamoDb(options, graph, { notice, shutdown });
  const { runCloud } = await import("./run-cloud.ts");
  return runCloud({ options, project, graph, front, ownDynamoDb, notice, shutdown });
}

/** DynamoDB Local, where the project has a table and nobody else runs one. */
function startDynamoDb(
  { dynamodbEndpoint, stateDir }: LocalCloudOptions,
  { tables }: Graph,
  { notice, shutdown }: { readonly notice: (sentence: string) => void; readonly shutdown: Shutdown },
): Promise<SupervisedDynamoDb> | undefined {
  if (tables.length === 0 || dynamodbEndpoint !== undefined) return undefined;
  const starting = superviseDynamoDb({
    notice,
    ...(stateDir !== undefined && { dataDir: join(stateDir, "dynamodb") }),
  });
  // The boot itself awaits it with the tables, and may fail before.
  const started = starting.catch(() => undefined);
  shutdown.on("dynamodb", async () => (await started)?.stop());
  return starting;
}
