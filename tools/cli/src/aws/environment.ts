import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { CommandError } from "../command-error.ts";
import { projectGraph, runningGraph } from "../project-graph.ts";
import { findCloud } from "../running-cloud.ts";
import type { EnvironmentOptions } from "./environment-options.ts";
import { type Names, readNames } from "./names.ts";
import { readStageNames } from "./stage-names.ts";

/** Where a project runs, the same on both sides: clients of the public APIs, and the names of its resources. */
export interface Environment {
  readonly kind: "local" | "aws";
  readonly stage: string;
  /** For people: `the local cloud at http://…` or `stage production`. */
  readonly title: string;
  readonly names: Names;
  /** The project's graph. Names and ARNs in it are those of the stage that it was made for, the local cloud's. */
  readonly graph: Graph;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBClient;
  /** On AWS alone; the local cloud shows its logs at `/_doorbell/logs`. */
  readonly logs: CloudWatchLogsClient;
  /** `order-queue` → `<app>-<stage>-order-queue`. On the local cloud a function may have any name. */
  functionName(service: string): string;
  close(): void;
}

/** The clients' own settings; `profile` and `region` left out mean what the SDK's default provider chain finds. */
interface ClientConfig {
  endpoint?: string;
  region?: string;
  profile?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

const localSchema = v.object({
  AWS_REGION: v.string(),
  AWS_ACCESS_KEY_ID: v.string(),
  AWS_SECRET_ACCESS_KEY: v.string(),
});

/**
 * Opens what the options name: a running local cloud (endpoint, dummy credentials and names are its own), or with `stage`, `profile`
 * or `region` a deployed stage on AWS (credentials from the SDK's default provider chain, names from the SSM parameter that the
 * deployment wrote).
 *
 *     const environment = await openEnvironment(options);
 *     try { await environment.sqs.send(…environment.names["ORDERS_DLQ_URL"]…) } finally { environment.close() }
 *
 * @throws {CommandError} no local cloud answers, the stage is unknown, the options contradict each other, or the project cannot be evaluated
 */
export async function openEnvironment(
  options: EnvironmentOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Environment> {
  if (options.stage === undefined && options.profile === undefined && options.region === undefined)
    return openLocal(options, environment);
  return openStage(options, environment);
}

async function openLocal(
  options: EnvironmentOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Environment> {
  const cloud = findCloud(options, environment);
  const names = readNames(await cloud.read("/_doorbell/environment"), `what ${cloud.endpoint} answered`);
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = v.parse(localSchema, names);
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const graph = await runningGraph(cloud);
  return {
    kind: "local",
    stage: graph.stage,
    title: `the local cloud at ${cloud.endpoint}`,
    names,
    graph,
    ...open({ endpoint: cloud.endpoint, region: AWS_REGION, credentials }),
    functionName: (service) => localName(graph, service),
  };
}

async function openStage(
  options: EnvironmentOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Environment> {
  const { stage, profile, region } = options;
  if (stage === undefined) throw new CommandError("--profile and --region mean AWS: name its stage with --stage.");
  if (options.port !== undefined)
    throw new CommandError("--port means a local cloud and --stage a stage on AWS: give one of them.");
  // The SDK would follow it, and the command would look at a local cloud under the name of the stage.
  if (environment["AWS_ENDPOINT_URL"])
    throw new CommandError(
      "--stage means a stage on AWS, but AWS_ENDPOINT_URL points to a local cloud: open a shell without it, and without the local cloud's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    );
  const config = { ...(profile !== undefined && { profile }), ...(region !== undefined && { region }) };
  const graph = await projectGraph();
  const ssm = new SSMClient(config);
  try {
    return {
      kind: "aws",
      stage,
      title: `stage ${stage}`,
      names: await readStageNames(ssm, graph.app, stage),
      graph,
      ...open(config),
      functionName: (service) => `${graph.app}-${stage}-${service}`,
    };
  } finally {
    ssm.destroy();
  }
}

function localName({ app, stage, functions }: Graph, service: string): string {
  return functions.some(({ name }) => name === service) ? service : `${app}-${stage}-${service}`;
}

/** The clients alone. */
function open(config: ClientConfig): Pick<Environment, "sqs" | "s3" | "lambda" | "dynamodb" | "logs" | "close"> {
  const clients = {
    sqs: new SQSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    lambda: new LambdaClient(config),
    dynamodb: new DynamoDBClient(config),
    logs: new CloudWatchLogsClient(config),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
