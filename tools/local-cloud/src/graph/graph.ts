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

/** What a function's code is made from; paths are relative to the project. */
export interface CodeDefinition {
  /** Module path without extension, a dot, the export; relative to `bundle` where there is one. */
  readonly handler: string;
  /** A folder that is built already. */
  readonly bundle?: string;
  /** SST's `nodejs` options, as the project has them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that lie beside the code. */
  readonly copyFiles: readonly { readonly from: string; readonly to: string }[];
}

/** A Lambda function as the graph describes it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** Name of its SST component, such as `OrderQueue`. */
  readonly component: string;
  /** Why the local cloud cannot run it, in words that complete "it is not run here: "; absent for one that it runs. */
  readonly notRun?: string;
  /** As Lambda has it. */
  readonly handler: string;
  readonly code: CodeDefinition;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  readonly architecture: "arm64" | "x86_64";
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFormat: "Text" | "JSON";
  /** Where its log is, if not in the group that has its name: functions may share one. */
  readonly logGroup?: string;
  /** Lowest level of application lines, JSON format only. */
  readonly logLevel?: string;
  /** Lowest level of Lambda's own lines, JSON format only; INFO where it is absent. */
  readonly systemLogLevel?: "DEBUG" | "INFO" | "WARN";
  readonly reservedConcurrency?: number;
  /** ARN of the queue or topic for the function's own dead letters. */
  readonly deadLetterArn?: string;
  readonly invokeConfig?: InvokeConfig;
}

/** An SQS queue; attributes have SQS's defaults where the graph names none. */
export interface QueueDefinition {
  readonly name: string;
  readonly arn: string;
  /** Name of its SST component, such as `Jobs`. */
  readonly component: string;
  /** Of a FIFO queue alone. */
  readonly fifo?: FifoAttributes;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly receiveWaitSeconds: number;
  readonly maximumMessageBytes: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
}

/** What a FIFO queue has besides, as SQS writes it (AWS: CreateQueue). */
export interface FifoAttributes {
  readonly FifoQueue: "true";
  readonly ContentBasedDeduplication: "true" | "false";
  readonly DeduplicationScope: "queue" | "messageGroup";
  readonly FifoThroughputLimit: "perQueue" | "perMessageGroupId";
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
  /** Absent for a bucket that has no CORS configuration. */
  readonly cors?: readonly BucketCorsRule[];
}

/** What pages of other origins may ask a bucket for. A pattern has at most one `*`. */
export interface BucketCorsRule {
  /** Patterns. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Patterns of names, for preflights. */
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number;
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

/** An event bus of EventBridge. */
export interface EventBusDefinition {
  /** `default`, or the one that the graph names. */
  readonly name: string;
  readonly arn: string;
  /** Absent for the default bus. */
  readonly component?: string;
}

/** What a rule's target gets instead of the event. */
export type TargetInput =
  | { readonly kind: "constant"; readonly text: string }
  /** A JSON path: `$.detail`. */
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "transformer";
      /** JSON paths by the name of their variable. */
      readonly paths: Readonly<Record<string, string>>;
      readonly template: string;
    };

/** To whom EventBridge delivers, and how often it tries. */
export interface DeliveryTarget {
  /** Of a function, a queue, a topic or a bus; others are not run. */
  readonly arn: string;
  /** 0 to 185. */
  readonly maximumRetryAttempts: number;
  /** 60 to 86,400. */
  readonly maximumEventAgeSeconds: number;
  /** ARN of the queue for events that cannot be delivered. */
  readonly deadLetterArn?: string;
  /** The message group, for queues. */
  readonly groupId?: string;
}

/** A target of a rule. */
export interface RuleTarget extends DeliveryTarget {
  readonly id: string;
  /** Absent where it gets the event. */
  readonly input?: TargetInput;
}

/** A rule of an event bus. */
export interface RuleDefinition {
  readonly name: string;
  /** Name of its SST component, such as `Nightly`. */
  readonly component: string;
  readonly arn: string;
  readonly busName: string;
  readonly enabled: boolean;
  /** JSON text; absent for a rule that has a schedule alone. */
  readonly pattern?: string;
  /** `rate(5 minutes)`, `cron(0 12 * * ? *)`. */
  readonly schedule?: string;
  readonly targets: readonly RuleTarget[];
}

/** The target of a schedule of EventBridge Scheduler. */
export interface ScheduleTarget extends DeliveryTarget {
  /** Absent where it gets Scheduler's own notification. */
  readonly input?: string;
  /** What the event says of itself, for buses. */
  readonly busEvent?: { readonly source: string; readonly detailType: string };
}

/** A schedule of EventBridge Scheduler. */
export interface ScheduleDefinition {
  readonly name: string;
  /** Name of its SST component, such as `Nightly`. */
  readonly component: string;
  readonly arn: string;
  readonly enabled: boolean;
  /** `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-01-02T03:04:05)`. */
  readonly expression: string;
  /** IANA's name. */
  readonly timeZone: string;
  /** ISO 8601; of recurring schedules. */
  readonly start?: string;
  readonly end?: string;
  /** 0 where the window is off; up to 1,440. */
  readonly flexibleWindowMinutes: number;
  readonly target: ScheduleTarget;
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
  /** Provisioned mode, which excludes a maximum concurrency. */
  readonly provisionedPollers?: {
    /** 2 to 200. */
    readonly minimum: number;
    /** 2 to 2,000. */
    readonly maximum: number;
  };
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

/** Cross-origin settings of a function URL or an HTTP API. */
export interface CorsDefinition {
  readonly allowCredentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** How long a browser may keep a preflight's answer. */
  readonly maxAgeSeconds?: number;
}

/** Something that answers HTTP requests at an address of its own. */
interface WebDefinition {
  /** Name of its SST component: of the function, or of the API. */
  readonly component: string;
  /** What AWS draws for it: the first label of its host name there. */
  readonly id: string;
  /** Its address on AWS as the graph has it, without a slash at the end; absent where the graph was made without one. */
  readonly awsUrl?: string;
  /** Absent where the project asks for none. */
  readonly cors?: CorsDefinition;
}

/** The URL of a function, open to everybody (`AuthType` `NONE`). */
export interface FunctionUrlDefinition extends WebDefinition {
  readonly kind: "function-url";
  readonly functionName: string;
  /** `RESPONSE_STREAM`: an answer is passed on as it comes. */
  readonly streamed: boolean;
}

/** A route of an HTTP API to a function, with payload format 2.0. */
export interface RouteDefinition {
  /** `GET /items/{id}`, `ANY /{proxy+}`, `$default`. */
  readonly routeKey: string;
  /** Why it is answered with 501 and its function is not invoked, in words that follow its key; absent for one that is run. */
  readonly refused?: string;
  readonly functionName: string;
  /** 50 to 30,000. */
  readonly timeoutMs: number;
}

export interface StageDefinition {
  /** `$default` is served at the root, another one under its name. */
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** An HTTP API of API Gateway. */
export interface HttpApiDefinition extends WebDefinition {
  readonly kind: "http-api";
  readonly routes: readonly RouteDefinition[];
  readonly stages: readonly StageDefinition[];
}

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
  /** The default bus first. */
  readonly buses: readonly EventBusDefinition[];
  readonly rules: readonly RuleDefinition[];
  /** Of EventBridge Scheduler. */
  readonly schedules: readonly ScheduleDefinition[];
  readonly notifications: readonly NotificationDefinition[];
  /** Names of the buckets that send their events to the default bus. */
  readonly bucketsOnBus: readonly string[];
  readonly mappings: readonly MappingDefinition[];
  readonly invokeConfigs: readonly InvokeConfig[];
  readonly functionUrls: readonly FunctionUrlDefinition[];
  readonly httpApis: readonly HttpApiDefinition[];
  /** What of the graph is not run here, in a sentence each. */
  readonly notRun: readonly string[];
}
