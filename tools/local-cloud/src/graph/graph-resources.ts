import * as v from "valibot";

/** The inputs that the local cloud reads of each Pulumi resource type; what else a resource has is passed over. */

const seconds = v.pipe(v.number(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const name = v.pipe(v.string(), v.nonEmpty());
/** Pulumi writes an attribute that was left out as null now and then. */
const maybe = <const Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema);

export const graphSchema = v.object({
  app: name,
  stage: name,
  region: name,
  resources: v.array(
    v.object({
      type: name,
      name,
      inputs: v.record(v.string(), v.unknown()),
      /** What AWS draws for it, and the inputs of other resources refer to. */
      drawn: v.optional(v.record(v.string(), v.string())),
      /** SST's component that it is a part of. */
      component: maybe(v.object({ name })),
      /** Of a function that SST builds. */
      code: maybe(
        v.object({
          handler: name,
          runtime: maybe(name),
          bundle: maybe(name),
          options: v.record(v.string(), v.unknown()),
          copyFiles: v.array(v.object({ from: name, to: name })),
          links: v.record(v.string(), v.unknown()),
          isContainer: maybe(v.boolean()),
        }),
      ),
      /** The line that makes it. */
      place: maybe(name),
    }),
  ),
});

/** A resource of the graph. */
export type GraphResource = v.InferOutput<typeof graphSchema>["resources"][number];

export const queueInputs = v.object({
  name,
  fifoQueue: maybe(v.boolean()),
  contentBasedDeduplication: maybe(v.boolean()),
  deduplicationScope: maybe(v.picklist(["queue", "messageGroup"])),
  fifoThroughputLimit: maybe(v.picklist(["perQueue", "perMessageGroupId"])),
  visibilityTimeoutSeconds: maybe(seconds),
  messageRetentionSeconds: maybe(seconds),
  delaySeconds: maybe(seconds),
  receiveWaitTimeSeconds: maybe(seconds),
  maxMessageSize: maybe(count),
  redrivePolicy: maybe(v.string()),
});

export const redrivePolicy = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    deadLetterTargetArn: name,
    maxReceiveCount: v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.integer()),
  }),
);

const projection = v.picklist(["ALL", "KEYS_ONLY", "INCLUDE"]);

export const indexInputs = v.object({
  name,
  hashKey: maybe(name),
  rangeKey: maybe(v.string()),
  // Keys of several attributes are written so, and keys of one may be.
  keySchemas: maybe(v.array(v.object({ attributeName: name, keyType: v.picklist(["HASH", "RANGE"]) }))),
  projectionType: projection,
  nonKeyAttributes: maybe(v.array(name)),
});

export const tableInputs = v.object({
  name,
  attributes: v.array(v.object({ name, type: v.picklist(["S", "N", "B"]) })),
  hashKey: name,
  rangeKey: maybe(name),
  streamEnabled: maybe(v.boolean()),
  streamViewType: maybe(v.picklist(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"])),
  ttl: maybe(v.object({ attributeName: maybe(v.string()), enabled: maybe(v.boolean()) })),
  globalSecondaryIndexes: maybe(v.array(indexInputs)),
  localSecondaryIndexes: maybe(v.array(indexInputs)),
});

export const bucketInputs = v.object({ bucket: name });

export const bucketCorsInputs = v.object({
  bucket: name,
  corsRules: v.array(
    v.object({
      allowedOrigins: v.array(v.string()),
      allowedMethods: v.array(v.string()),
      allowedHeaders: maybe(v.array(v.string())),
      exposeHeaders: maybe(v.array(v.string())),
      maxAgeSeconds: maybe(count),
    }),
  ),
});

export const functionInputs = v.object({
  name,
  handler: maybe(name),
  runtime: maybe(name),
  packageType: maybe(name),
  layers: maybe(v.array(name)),
  fileSystemConfig: maybe(v.object({ localMountPath: name })),
  /** Of a function that SST does not build: `path` leads to a folder or an archive. */
  code: maybe(v.looseObject({ path: maybe(name) })),
  architectures: maybe(v.array(v.picklist(["arm64", "x86_64"]))),
  timeout: maybe(seconds),
  memorySize: maybe(count),
  environment: maybe(v.object({ variables: maybe(v.record(v.string(), v.string())) })),
  loggingConfig: maybe(
    v.object({
      logFormat: maybe(v.picklist(["Text", "JSON"])),
      applicationLogLevel: maybe(v.string()),
      systemLogLevel: maybe(v.picklist(["DEBUG", "INFO", "WARN"])),
      logGroup: maybe(name),
    }),
  ),
  reservedConcurrentExecutions: maybe(v.number()),
  deadLetterConfig: maybe(v.object({ targetArn: name })),
});

export const invokeConfigInputs = v.object({
  functionName: name,
  maximumRetryAttempts: maybe(v.pipe(count, v.maxValue(2))),
  maximumEventAgeInSeconds: maybe(v.pipe(count, v.minValue(60), v.maxValue(21_600))),
  destinationConfig: maybe(
    v.object({
      onSuccess: maybe(v.object({ destination: name })),
      onFailure: maybe(v.object({ destination: name })),
    }),
  ),
});

export const mappingInputs = v.object({
  eventSourceArn: name,
  functionName: name,
  enabled: maybe(v.boolean()),
  batchSize: maybe(count),
  maximumBatchingWindowInSeconds: maybe(seconds),
  functionResponseTypes: maybe(v.array(v.string())),
  scalingConfig: maybe(v.object({ maximumConcurrency: maybe(count) })),
  provisionedPollerConfig: maybe(v.object({ minimumPollers: maybe(count), maximumPollers: maybe(count) })),
  startingPosition: maybe(v.picklist(["TRIM_HORIZON", "LATEST"])),
  parallelizationFactor: maybe(count),
  maximumRetryAttempts: maybe(v.number()),
  maximumRecordAgeInSeconds: maybe(v.number()),
  bisectBatchOnFunctionError: maybe(v.boolean()),
  destinationConfig: maybe(v.object({ onFailure: maybe(v.object({ destinationArn: name })) })),
  filterCriteria: maybe(v.object({ filters: maybe(v.array(v.object({ pattern: maybe(v.string()) }))) })),
});

export const topicInputs = v.object({
  name,
  fifoTopic: maybe(v.boolean()),
  displayName: maybe(v.string()),
  signatureVersion: maybe(v.number()),
});

export const topicSubscriptionInputs = v.object({
  topic: name,
  protocol: name,
  endpoint: name,
  rawMessageDelivery: maybe(v.boolean()),
  filterPolicy: maybe(v.string()),
  filterPolicyScope: maybe(v.string()),
  redrivePolicy: maybe(v.string()),
});

export const busInputs = v.object({ name });

export const eventRuleInputs = v.object({
  name,
  eventBusName: maybe(name),
  eventPattern: maybe(v.string()),
  scheduleExpression: maybe(v.string()),
  isEnabled: maybe(v.boolean()),
  state: maybe(v.string()),
});

const retryPolicy = maybe(
  v.object({
    maximumRetryAttempts: maybe(v.pipe(count, v.maxValue(185))),
    maximumEventAgeInSeconds: maybe(v.pipe(count, v.minValue(60), v.maxValue(86_400))),
  }),
);
const deadLetterConfig = maybe(v.object({ arn: maybe(name) }));

export const eventTargetInputs = v.object({
  arn: name,
  rule: name,
  eventBusName: maybe(name),
  targetId: maybe(name),
  input: maybe(v.string()),
  inputPath: maybe(v.string()),
  inputTransformer: maybe(
    v.object({ inputPaths: maybe(v.record(v.string(), v.string())), inputTemplate: v.pipe(v.string(), v.nonEmpty()) }),
  ),
  retryPolicy,
  deadLetterConfig,
  sqsTarget: maybe(v.object({ messageGroupId: maybe(name) })),
});

/** AWS: scheduler API_CreateSchedule. */
export const scheduleInputs = v.object({
  name,
  groupName: maybe(name),
  scheduleExpression: name,
  scheduleExpressionTimezone: maybe(name),
  state: maybe(v.picklist(["ENABLED", "DISABLED"])),
  startDate: maybe(v.pipe(v.string(), v.isoTimestamp())),
  endDate: maybe(v.pipe(v.string(), v.isoTimestamp())),
  flexibleTimeWindow: v.object({
    mode: v.picklist(["OFF", "FLEXIBLE"]),
    maximumWindowInMinutes: maybe(v.pipe(count, v.minValue(1), v.maxValue(1_440))),
  }),
  target: v.object({
    arn: name,
    input: maybe(v.string()),
    retryPolicy,
    deadLetterConfig,
    sqsParameters: maybe(v.object({ messageGroupId: maybe(name) })),
    eventbridgeParameters: maybe(v.object({ source: name, detailType: name })),
  }),
});

const rule = {
  id: maybe(name),
  events: v.array(name),
  filterPrefix: maybe(v.string()),
  filterSuffix: maybe(v.string()),
};

export const notificationInputs = v.object({
  bucket: name,
  eventbridge: maybe(v.boolean()),
  lambdaFunctions: maybe(v.array(v.object({ ...rule, lambdaFunctionArn: name }))),
  queues: maybe(v.array(v.object({ ...rule, queueArn: name }))),
  topics: maybe(v.array(v.object({ ...rule, topicArn: name }))),
});

const strings = maybe(v.array(name));
const corsInputs = maybe(
  v.object({
    allowCredentials: maybe(v.boolean()),
    allowHeaders: strings,
    allowMethods: strings,
    allowOrigins: strings,
    exposeHeaders: strings,
    maxAge: maybe(count),
  }),
);

export const functionUrlInputs = v.object({
  functionName: name,
  qualifier: maybe(v.string()),
  authorizationType: v.picklist(["NONE", "AWS_IAM"]),
  invokeMode: maybe(v.picklist(["BUFFERED", "RESPONSE_STREAM"])),
  cors: corsInputs,
});

export const apiInputs = v.object({
  protocolType: v.picklist(["HTTP", "WEBSOCKET"]),
  corsConfiguration: corsInputs,
});

export const stageInputs = v.object({
  apiId: name,
  name,
  stageVariables: maybe(v.record(v.string(), v.string())),
});

export const integrationInputs = v.object({
  apiId: name,
  integrationType: name,
  integrationUri: maybe(v.string()),
  payloadFormatVersion: maybe(v.string()),
  timeoutMilliseconds: maybe(v.pipe(count, v.minValue(50), v.maxValue(30_000))),
});

export const routeInputs = v.object({
  apiId: name,
  routeKey: name,
  target: maybe(v.string()),
  authorizationType: maybe(v.string()),
});
