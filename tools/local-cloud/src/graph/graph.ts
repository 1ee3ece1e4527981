/** How asynchronous invocations of a function are retried, and the ARNs (queue, topic, bucket) where their records end. */
export interface InvokeConfig {
  readonly functionName: string;
  /** 0 to 2. */
  readonly maximumRetryAttempts: number;
  /** 60 to 21,600. */
  readonly maximumEventAgeSeconds: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

/** A Lambda function as the graph describes it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** Module path without extension, a dot, the export; relative to the repository root. */
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: "arm64" | "x86_64";
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFormat: "Text" | "JSON";
  /** Lowest level of application lines, JSON format only. */
  readonly logLevel?: string;
  readonly reservedConcurrency?: number;
  /** ARN of the queue or topic for the function's own dead letters. */
  readonly deadLetterArn?: string;
  readonly invokeConfig?: InvokeConfig;
}

/** An SQS queue; attributes have SQS's defaults where the graph names none. */
export interface QueueDefinition {
  readonly name: string;
  readonly arn: string;
  /** Name of its SST component, such as `Orders`. */
  readonly component: string;
  readonly fifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly receiveWaitSeconds: number;
  readonly maximumMessageBytes: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

export interface IndexDefinition {
  readonly name: string;
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
  readonly projection: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly nonKeyAttributes: readonly string[];
}

export type StreamView = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

/** A DynamoDB table, billed per request. */
export interface TableDefinition {
  readonly name: string;
  readonly arn: string;
  readonly component: string;
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
  readonly streamView?: StreamView;
  readonly ttlAttribute?: string;
  readonly globalIndexes: readonly IndexDefinition[];
  readonly localIndexes: readonly IndexDefinition[];
}

export interface BucketDefinition {
  readonly name: string;
  readonly arn: string;
  readonly component: string;
}

/** A standard SNS topic. */
export interface TopicDefinition {
  readonly name: string;
  readonly arn: string;
  readonly component: string;
  /** As SNS names them: `DisplayName`, `SignatureVersion`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A topic's subscription. */
export interface SubscriptionDefinition {
  /** A UUID, stable, from the resource's name. */
  readonly id: string;
  readonly topicArn: string;
  /** `sqs` and `lambda` are run. */
  readonly protocol: string;
  readonly endpoint: string;
  /** As SNS names them: `RawMessageDelivery`, `FilterPolicy`, `FilterPolicyScope`, `RedrivePolicy`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One rule of a bucket notification. */
export interface NotificationDefinition {
  readonly id: string;
  readonly bucket: string;
  /** ARN of a function, a queue or a topic. */
  readonly targetArn: string;
  /** `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, … */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

interface MappingBase {
  /** Stable, from the resource's name. */
  readonly uuid: string;
  readonly eventSourceArn: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  /** Filter patterns as JSON text; none means every record. */
  readonly filters: readonly string[];
}

/** An SQS event source mapping. */
export interface QueueMapping extends MappingBase {
  readonly kind: "sqs";
  /** 2 to 1,000. */
  readonly maximumConcurrency?: number;
}

/** A DynamoDB Streams event source mapping. */
export interface StreamMapping extends MappingBase {
  readonly kind: "dynamodb";
  readonly tableName: string;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly parallelizationFactor: number;
  /** −1: until the record expires. */
  readonly maximumRetryAttempts: number;
  /** −1: no limit but the stream's own. */
  readonly maximumRecordAgeSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** ARN of an SQS queue, an SNS topic or an S3 bucket. */
  readonly onFailure?: string;
}

export type MappingDefinition = QueueMapping | StreamMapping;

/** What the local cloud boots from. */
export interface Graph {
  readonly app: string;
  readonly stage: string;
  readonly region: string;
  readonly functions: readonly FunctionDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly tables: readonly TableDefinition[];
  readonly buckets: readonly BucketDefinition[];
  readonly topics: readonly TopicDefinition[];
  readonly subscriptions: readonly SubscriptionDefinition[];
  readonly notifications: readonly NotificationDefinition[];
  readonly mappings: readonly MappingDefinition[];
  readonly invokeConfigs: readonly InvokeConfig[];
}
