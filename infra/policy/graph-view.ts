import * as v from "valibot";

/** One statement of an IAM policy, its lists always lists. */
export const statementSchema = v.object({
  Effect: v.string(),
  Action: v.array(v.string()),
  Resource: v.array(v.string()),
  Principal: v.optional(v.unknown()),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), v.array(v.string())))),
});

const policySchema = v.object({ Statement: v.array(statementSchema) });

/** See `statementSchema`. */
export type Statement = v.InferOutput<typeof statementSchema>;

const jsonText = <const Schema extends v.GenericSchema>(schema: Schema) => v.pipe(v.string(), v.parseJson(), schema);

const destination = v.optional(v.object({ onFailure: v.optional(v.object({ destination: v.string() })) }));

const queriedMetric = v.object({
  namespace: v.string(),
  metricName: v.string(),
  dimensions: v.record(v.string(), v.string()),
  period: v.number(),
  stat: v.picklist(["Maximum", "Sum"]),
});

const queriedValue = v.object({
  id: v.string(),
  metric: v.optional(queriedMetric),
  expression: v.optional(v.string()),
  returnData: v.optional(v.boolean(), false),
});

/** The inputs that the rules look at, by resource type; Pulumi's own names. */
const schemas = {
  "aws:sqs/queue:Queue": v.object({
    name: v.string(),
    visibilityTimeoutSeconds: v.number(),
    messageRetentionSeconds: v.optional(v.number(), 4 * 24 * 3600),
    sqsManagedSseEnabled: v.optional(v.boolean(), false),
    redrivePolicy: v.optional(jsonText(v.object({ deadLetterTargetArn: v.string(), maxReceiveCount: v.number() }))),
  }),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": v.object({
    queueUrl: v.string(),
    redriveAllowPolicy: jsonText(v.object({ redrivePermission: v.string(), sourceQueueArns: v.array(v.string()) })),
  }),
  "aws:lambda/function:Function": v.object({
    name: v.string(),
    role: v.string(),
    handler: v.string(),
    runtime: v.string(),
    architectures: v.array(v.string()),
    timeout: v.number(),
    loggingConfig: v.object({ logFormat: v.string(), logGroup: v.string(), systemLogLevel: v.optional(v.string()) }),
  }),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": v.object({
    functionName: v.string(),
    maximumRetryAttempts: v.optional(v.number()),
    maximumEventAgeInSeconds: v.optional(v.number()),
    destinationConfig: destination,
  }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": v.object({
    functionName: v.string(),
    eventSourceArn: v.string(),
    functionResponseTypes: v.optional(v.array(v.string()), []),
    maximumBatchingWindowInSeconds: v.optional(v.number(), 0),
    scalingConfig: v.optional(v.object({ maximumConcurrency: v.number() })),
    provisionedPollerConfig: v.optional(v.object({ maximumPollers: v.number() })),
    startingPosition: v.optional(v.string()),
    bisectBatchOnFunctionError: v.optional(v.boolean(), false),
    maximumRetryAttempts: v.optional(v.number(), -1),
    maximumRecordAgeInSeconds: v.optional(v.number(), -1),
    destinationConfig: v.optional(v.object({ onFailure: v.optional(v.object({ destinationArn: v.string() })) })),
  }),
  "aws:lambda/permission:Permission": v.object({
    function: v.string(),
    principal: v.string(),
    sourceArn: v.optional(v.string()),
    sourceAccount: v.optional(v.string()),
  }),
  "aws:iam/role:Role": v.object({
    name: v.string(),
    assumeRolePolicy: v.object({ Statement: v.array(v.object({ Principal: v.unknown() })) }),
    inlinePolicies: v.array(v.object({ policy: policySchema })),
    managedPolicyArns: v.optional(v.array(v.string()), []),
  }),
  "aws:dynamodb/table:Table": v.object({
    name: v.string(),
    billingMode: v.string(),
    streamEnabled: v.optional(v.boolean(), false),
    streamViewType: v.optional(v.string()),
    pointInTimeRecovery: v.optional(v.object({ enabled: v.boolean() })),
    deletionProtectionEnabled: v.optional(v.boolean(), false),
    ttl: v.optional(v.object({ attributeName: v.string(), enabled: v.boolean() })),
  }),
  "aws:s3/bucket:Bucket": v.object({ bucket: v.string(), forceDestroy: v.optional(v.boolean(), false) }),
  "aws:s3/bucketVersioning:BucketVersioning": v.object({
    bucket: v.string(),
    versioningConfiguration: v.object({ status: v.string() }),
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": v.object({
    bucket: v.string(),
    rules: v.array(v.object({ applyServerSideEncryptionByDefault: v.object({ sseAlgorithm: v.string() }) })),
  }),
  "aws:s3/bucketPolicy:BucketPolicy": v.object({ bucket: v.string(), policy: policySchema }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": v.object({
    bucket: v.string(),
    blockPublicAcls: v.boolean(),
    blockPublicPolicy: v.boolean(),
    ignorePublicAcls: v.boolean(),
    restrictPublicBuckets: v.boolean(),
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": v.object({
    bucket: v.string(),
    rules: v.array(
      v.object({
        status: v.string(),
        abortIncompleteMultipartUpload: v.optional(v.object({ daysAfterInitiation: v.number() })),
        expiration: v.optional(v.object({ days: v.optional(v.number()) })),
        noncurrentVersionExpiration: v.optional(v.object({ noncurrentDays: v.number() })),
      }),
    ),
  }),
  "aws:s3/bucketNotification:BucketNotification": v.object({
    bucket: v.string(),
    lambdaFunctions: v.array(v.object({ lambdaFunctionArn: v.string(), events: v.array(v.string()) })),
  }),
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": v.object({ bucket: v.string() }),
  "aws:cloudwatch/logGroup:LogGroup": v.object({ name: v.string(), retentionInDays: v.optional(v.number(), 0) }),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": v.object({
    logGroupName: v.string(),
    pattern: v.string(),
    metricTransformation: v.object({ name: v.string(), namespace: v.string(), value: v.string() }),
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": v.object({
    name: v.string(),
    alarmDescription: v.string(),
    namespace: v.optional(v.string()),
    metricName: v.optional(v.string()),
    dimensions: v.optional(v.record(v.string(), v.string()), {}),
    metricQueries: v.optional(v.array(queriedValue), []),
    statistic: v.optional(v.picklist(["Maximum", "Sum"])),
    comparisonOperator: v.picklist(["GreaterThanOrEqualToThreshold", "LessThanThreshold"]),
    threshold: v.number(),
    period: v.optional(v.number()),
    evaluationPeriods: v.number(),
    datapointsToAlarm: v.optional(v.number()),
    treatMissingData: v.picklist(["notBreaching", "breaching"]),
    actionsEnabled: v.optional(v.boolean(), true),
    alarmActions: v.optional(v.array(v.string()), []),
  }),
  "aws:cloudwatch/dashboard:Dashboard": v.object({
    dashboardBody: v.object({ widgets: v.array(v.object({ properties: v.record(v.string(), v.unknown()) })) }),
  }),
  "aws:sns/topic:Topic": v.object({ name: v.string() }),
} as const;

type Schemas = typeof schemas;

const graphSchema = v.object({
  app: v.string(),
  stage: v.string(),
  removal: v.string(),
  protect: v.boolean(),
  region: v.string(),
  resources: v.array(
    v.object({
      type: v.string(),
      name: v.string(),
      retainOnDelete: v.optional(v.boolean(), false),
      inputs: v.record(v.string(), v.unknown()),
    }),
  ),
});

type GraphFile = v.InferOutput<typeof graphSchema>;

/** The graph, read for the rules. */
export interface GraphView extends Readonly<Omit<GraphFile, "resources">> {
  /** Every resource of any type, its inputs as they are. */
  readonly resources: readonly Readonly<GraphFile["resources"][number]>[];
  /** Every resource of `type`, parsed. Throws where one has not the shape that Pulumi gives it. */
  all<Type extends keyof Schemas>(type: Type): readonly v.InferOutput<Schemas[Type]>[];
}

/** An alarm, as the graph has it. */
export type MetricAlarm = v.InferOutput<Schemas["aws:cloudwatch/metricAlarm:MetricAlarm"]>;

/** Reads a graph as it is committed, `infra/graph.json` or that of another stage, parsed as JSON. */
export function viewGraph(json: unknown): GraphView {
  const graph = v.parse(graphSchema, json);
  return {
    ...graph,
    all: (type) =>
      graph.resources.filter((resource) => resource.type === type).map(({ inputs }) => v.parse(schemas[type], inputs)),
  };
}

/** The last part of an ARN or a URL: the name of a queue, function, role or bucket, or `name/stream/label` of a stream. */
export function nameIn(arn: string): string {
  const table = /:table\/([^/]+)/.exec(arn);
  return table?.[1] ?? arn.split(/[:/]/).at(-1) ?? arn;
}
