import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import { CommandError } from "../command-error.ts";
import { findCloud } from "../running-cloud.ts";
import type { PipelineOptions } from "./client-options.ts";
import { type Names, readNames } from "./names.ts";
import { readStageNames } from "./stage-names.ts";

/** A pipeline that commands look at: clients of the public APIs and the names of its parts, the same on both sides. */
export interface Environment {
  readonly kind: "local" | "aws";
  readonly stage: string;
  /** For people: `the local cloud at http://…` or `stage production`. */
  readonly title: string;
  readonly names: Names;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBClient;
  /** On AWS alone; the local cloud shows its logs at `/_doorbell/logs`. */
  readonly logs: CloudWatchLogsClient;
  /** `order-queue` → `doorbell-<stage>-order-queue`, the name that `infra/service.ts` gives. */
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

const LOCAL_STAGE = "local";

const localSchema = v.object({
  AWS_REGION: v.string(),
  AWS_ACCESS_KEY_ID: v.string(),
  AWS_SECRET_ACCESS_KEY: v.string(),
});

/**
 * Opens the pipeline that the options name: a running local cloud (endpoint, dummy credentials and names are its own), or with
 * `stage`, `profile` or `region` a deployed stage on AWS (credentials from the SDK's default provider chain, names from the SSM
 * parameter that the deployment wrote).
 *
 * ```ts
 * const pipeline = await openEnvironment(options);
 * try { await pipeline.sqs.send(…pipeline.names.ORDERS_DLQ_URL…) } finally { pipeline.close() }
 * ```
 *
 * @throws {CommandError} no local cloud answers, the stage is unknown, or the options contradict each other
 */
export async function openEnvironment(
  options: PipelineOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Environment> {
  if (options.stage === undefined && options.profile === undefined && options.region === undefined)
    return openLocal(options, environment);
  return openStage(options, environment);
}

async function openLocal(
  options: PipelineOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Environment> {
  const cloud = findCloud(options, environment);
  const answer = await cloud.read("/_doorbell/environment");
  const names = readNames(answer, cloud.endpoint);
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = v.parse(localSchema, answer);
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return {
    kind: "local",
    stage: LOCAL_STAGE,
    title: `the local cloud at ${cloud.endpoint}`,
    names,
    ...open({ endpoint: cloud.endpoint, region: AWS_REGION, credentials }, LOCAL_STAGE),
  };
}

async function openStage(
  options: PipelineOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Environment> {
  const { stage, profile, region } = options;
  if (stage === undefined)
    throw new CommandError("--profile and --region mean a pipeline on AWS: name its stage with --stage.");
  if (options.port !== undefined)
    throw new CommandError("--port means a local cloud and --stage a pipeline on AWS: give one of them.");
  // The SDK would follow it, and the command would look at a local cloud under the name of the stage.
  if (environment["AWS_ENDPOINT_URL"])
    throw new CommandError(
      "--stage means a pipeline on AWS, but AWS_ENDPOINT_URL points to a local cloud: open a shell without it, and without the local cloud's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    );
  const config = { ...(profile !== undefined && { profile }), ...(region !== undefined && { region }) };
  const ssm = new SSMClient(config);
  try {
    const names = await readStageNames(ssm, stage);
    return { kind: "aws", stage, title: `stage ${stage}`, names, ...open(config, stage) };
  } finally {
    ssm.destroy();
  }
}

function open(config: ClientConfig, stage: string): Omit<Environment, "kind" | "stage" | "title" | "names"> {
  const clients = {
    sqs: new SQSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    lambda: new LambdaClient(config),
    dynamodb: new DynamoDBClient(config),
    logs: new CloudWatchLogsClient(config),
  };
  return {
    ...clients,
    functionName: (service) => `doorbell-${stage}-${service}`,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
