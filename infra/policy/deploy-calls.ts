import type { Access } from "./iam-actions.ts";

/** What a deployment does with a resource. A refresh reads alone. */
export type Step = "create" | "read" | "update" | "delete";

/** What each step on a resource has to be allowed. */
type Lifecycle = Readonly<Record<Step, readonly Access[]>>;

/** Where a stage is deployed. */
export interface Place {
  readonly region: string;
  readonly account: string;
}

/** A resource of the graph, and where it is deployed. */
interface Deployed extends Place {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A resource of a type that is not in the table: add it, from the two sources that the table names. */
export class UnknownType extends Error {
  readonly code = "UNKNOWN_TYPE";

  constructor({ type, name }: Deployed) {
    super(`Nobody knows here what a deployment of ${type} "${name}" calls`);
    this.name = "UnknownType";
  }
}

/**
 * The IAM actions, with their resources, that a deployment of the resource needs. SST has the AWS provider tag everything that can
 * be tagged (`sst:app`, `sst:stage`), so tags are written with a resource and read whenever it is read.
 *
 * @throws {UnknownType}
 */
export function deployCalls(resource: Deployed): Lifecycle {
  const calls = TABLE[resource.type];
  if (calls === undefined) throw new UnknownType(resource);
  return calls(resource);
}

/** Each of the actions on the resource. */
export const on = (resource: string, ...actions: readonly string[]): readonly Access[] =>
  actions.map((action) => ({ action, resource }));

export const arn = ({ region, account }: Place, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

function text({ type, name, inputs }: Deployed, input: string): string {
  const value = inputs[input];
  if (typeof value !== "string") throw new TypeError(`${type} "${name}" has no text as its input ${input}`);
  return value;
}

/** Lambda's functions are named by ARN or by name. */
const functionArn = (it: Deployed, input: string) =>
  arn(it, "lambda", `function:${text(it, input).replace(/^.*:function:/, "")}`);

/** A part of a bucket: a call to set it, one to read it, and the first again or another to take it away. */
const ofBucket =
  (set: string, get: string, remove = set) =>
  (it: Deployed): Lifecycle => {
    const bucket = `arn:aws:s3:::${text(it, "bucket")}`;
    return { create: on(bucket, set), read: on(bucket, get), update: on(bucket, set), delete: on(bucket, remove) };
  };

/**
 * By type. Which calls are made is the behaviour of the Terraform provider that Pulumi's is built on (its resources are named in
 * the comments); which actions and resources a call needs is from the Service Authorization Reference, page by page of service.
 */
const TABLE: Readonly<Record<string, (resource: Deployed) => Lifecycle>> = {
  // aws_sqs_queue. CreateQueue with tags needs TagQueue.
  "aws:sqs/queue:Queue": (it) => {
    const queue = arn(it, "sqs", text(it, "name"));
    return {
      create: on(queue, "sqs:CreateQueue", "sqs:TagQueue"),
      read: on(queue, "sqs:GetQueueAttributes", "sqs:ListQueueTags"),
      update: on(queue, "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"),
      delete: on(queue, "sqs:DeleteQueue"),
    };
  },
  // aws_sqs_queue_redrive_allow_policy: an attribute of its queue.
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (it) => {
    const queue = arn(it, "sqs", text(it, "queueUrl").split("/").at(-1) ?? "");
    const set = on(queue, "sqs:SetQueueAttributes");
    return { create: set, read: on(queue, "sqs:GetQueueAttributes"), update: set, delete: set };
  },
  // aws_dynamodb_table. Recovery and time to live are set, and read, by calls of their own.
  "aws:dynamodb/table:Table": (it) => {
    const table = arn(it, "dynamodb", `table/${text(it, "name")}`);
    const parts = on(table, "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTimeToLive");
    return {
      create: [...on(table, "dynamodb:CreateTable", "dynamodb:TagResource"), ...parts],
      read: on(
        table,
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:ListTagsOfResource",
      ),
      update: [...on(table, "dynamodb:UpdateTable", "dynamodb:TagResource", "dynamodb:UntagResource"), ...parts],
      delete: on(table, "dynamodb:DeleteTable", "dynamodb:DescribeTable"),
    };
  },
  // aws_s3_bucket. Tags go with CreateBucket, which needs TagResource, and else, as older versions do, by PutBucketTagging. Every
  // part of a bucket is read, those too that are not set. With `forceDestroy` its versions are listed and deleted first.
  "aws:s3/bucket:Bucket": (it) => {
    const bucket = `arn:aws:s3:::${text(it, "bucket")}`;
    const tagging = on(bucket, "s3:TagResource", "s3:PutBucketTagging");
    return {
      create: [...on(bucket, "s3:CreateBucket"), ...tagging],
      read: on(
        bucket,
        "s3:ListBucket",
        "s3:ListTagsForResource",
        "s3:GetBucketTagging",
        "s3:GetBucketPolicy",
        "s3:GetBucketAcl",
        "s3:GetBucketCORS",
        "s3:GetBucketWebsite",
        "s3:GetBucketVersioning",
        "s3:GetAccelerateConfiguration",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketLogging",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:GetEncryptionConfiguration",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketLocation",
      ),
      update: [...tagging, ...on(bucket, "s3:UntagResource")],
      delete: [
        ...on(bucket, "s3:DeleteBucket", "s3:ListBucketVersions"),
        ...on(`${bucket}/partners/orders.csv`, "s3:DeleteObject", "s3:DeleteObjectVersion"),
      ],
    };
  },
  // aws_s3_bucket_versioning: taking it away suspends it.
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket("s3:PutBucketVersioning", "s3:GetBucketVersioning"),
  // aws_s3_bucket_lifecycle_configuration, …_server_side_encryption_configuration, …_public_access_block: S3 has no actions of
  // their own for their deletion.
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket(
    "s3:PutLifecycleConfiguration",
    "s3:GetLifecycleConfiguration",
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket(
    "s3:PutEncryptionConfiguration",
    "s3:GetEncryptionConfiguration",
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket(
    "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketPublicAccessBlock",
  ),
  // aws_s3_bucket_policy
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket("s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"),
  // aws_s3_bucket_notification: taking it away sets an empty one.
  "aws:s3/bucketNotification:BucketNotification": ofBucket("s3:PutBucketNotification", "s3:GetBucketNotification"),
  // aws_iam_role. CreateRole with tags needs TagRole; GetRole returns them. Inline policies go first when it is deleted.
  "aws:iam/role:Role": (it) => {
    const role = `arn:aws:iam::${it.account}:role/${text(it, "name")}`;
    const read = on(role, "iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies");
    return {
      create: on(role, "iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy"),
      read,
      update: on(
        role,
        "iam:UpdateRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
      ),
      delete: on(role, "iam:ListInstanceProfilesForRole", "iam:DeleteRolePolicy", "iam:DeleteRole"),
    };
  },
  // aws_lambda_function. Lambda reads the code in the caller's name, and takes the role only from who may pass it. GetFunction of a
  // tagged function needs ListTags too (AWS page: "Using tags on Lambda functions").
  "aws:lambda/function:Function": (it) => {
    const name = functionArn(it, "name");
    const pass = {
      action: "iam:PassRole",
      resource: text(it, "role"),
      context: { "iam:PassedToService": "lambda.amazonaws.com" },
    };
    const code = on("arn:aws:s3:::sst-asset-abcdefghijkl/assets/Function-code.zip", "s3:GetObject");
    return {
      create: [
        ...on(name, "lambda:CreateFunction", "lambda:TagResource", "lambda:PutFunctionConcurrency"),
        pass,
        ...code,
      ],
      read: on(
        name,
        "lambda:GetFunction",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
        "lambda:GetFunctionCodeSigningConfig",
      ),
      update: [
        ...on(name, "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
        ...on(name, "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
        ...on(name, "lambda:TagResource", "lambda:UntagResource"),
        pass,
        ...code,
      ],
      delete: on(name, "lambda:DeleteFunction"),
    };
  },
  // aws_lambda_event_source_mapping. To be created it needs no resource, and its tags "any mapping", since it has no id yet.
  "aws:lambda/eventSourceMapping:EventSourceMapping": (it) => {
    const any = arn(it, "lambda", "event-source-mapping:*");
    const own = arn(it, "lambda", "event-source-mapping:5f4dcc3b-5aa7-65d6-1d83-27deb882cf99");
    const context = { "lambda:FunctionArn": functionArn(it, "functionName") };
    const mapping = (resource: string, action: string) => ({ action, resource, context });
    return {
      create: [mapping("*", "lambda:CreateEventSourceMapping"), ...on(any, "lambda:TagResource")],
      read: [mapping(own, "lambda:GetEventSourceMapping"), ...on(own, "lambda:ListTags")],
      update: [
        mapping(own, "lambda:UpdateEventSourceMapping"),
        ...on(own, "lambda:TagResource", "lambda:UntagResource"),
      ],
      delete: [mapping(own, "lambda:DeleteEventSourceMapping")],
    };
  },
  // aws_lambda_function_event_invoke_config
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (it) => {
    const name = functionArn(it, "functionName");
    return {
      create: on(name, "lambda:PutFunctionEventInvokeConfig"),
      read: on(name, "lambda:GetFunctionEventInvokeConfig"),
      update: on(name, "lambda:PutFunctionEventInvokeConfig"),
      delete: on(name, "lambda:DeleteFunctionEventInvokeConfig"),
    };
  },
  // aws_lambda_permission: replaced, never updated.
  "aws:lambda/permission:Permission": (it) => {
    const name = functionArn(it, "function");
    return {
      create: on(name, "lambda:AddPermission"),
      read: on(name, "lambda:GetPolicy"),
      update: [],
      delete: on(name, "lambda:RemovePermission"),
    };
  },
  // aws_cloudwatch_log_group. DescribeLogGroups knows no resource.
  "aws:cloudwatch/logGroup:LogGroup": (it) => {
    const group = arn(it, "logs", `log-group:${text(it, "name")}`);
    return {
      create: on(group, "logs:CreateLogGroup", "logs:TagResource", "logs:PutRetentionPolicy"),
      read: [...on("*", "logs:DescribeLogGroups"), ...on(group, "logs:ListTagsForResource")],
      update: on(group, "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"),
      delete: on(group, "logs:DeleteLogGroup"),
    };
  },
  // aws_cloudwatch_log_metric_filter: has no tags.
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": (it) => {
    const group = arn(it, "logs", `log-group:${text(it, "logGroupName")}`);
    const put = on(group, "logs:PutMetricFilter");
    return {
      create: put,
      read: on(group, "logs:DescribeMetricFilters"),
      update: put,
      delete: on(group, "logs:DeleteMetricFilter"),
    };
  },
  // aws_cloudwatch_metric_alarm. CloudWatch asks for DescribeAlarms on every alarm, whichever is named: its refusals say `alarm:*`.
  "aws:cloudwatch/metricAlarm:MetricAlarm": (it) => {
    const alarm = arn(it, "cloudwatch", `alarm:${text(it, "name")}`);
    return {
      create: on(alarm, "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"),
      read: [
        ...on(arn(it, "cloudwatch", "alarm:*"), "cloudwatch:DescribeAlarms"),
        ...on(alarm, "cloudwatch:ListTagsForResource"),
      ],
      update: on(alarm, "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"),
      delete: on(alarm, "cloudwatch:DeleteAlarms"),
    };
  },
  // aws_cloudwatch_dashboard: an ARN without a region.
  "aws:cloudwatch/dashboard:Dashboard": (it) => {
    const dashboard = `arn:aws:cloudwatch::${it.account}:dashboard/${text(it, "dashboardName")}`;
    const put = on(dashboard, "cloudwatch:PutDashboard");
    return {
      create: put,
      read: on(dashboard, "cloudwatch:GetDashboard"),
      update: put,
      delete: on(dashboard, "cloudwatch:DeleteDashboards"),
    };
  },
  // aws_sns_topic. CreateTopic with tags needs TagResource.
  "aws:sns/topic:Topic": (it) => {
    const topic = arn(it, "sns", text(it, "name"));
    return {
      create: on(topic, "sns:CreateTopic", "sns:TagResource", "sns:SetTopicAttributes"),
      read: on(topic, "sns:GetTopicAttributes", "sns:ListTagsForResource"),
      update: on(topic, "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource"),
      delete: on(topic, "sns:DeleteTopic"),
    };
  },
  // aws_ssm_parameter. PutParameter with tags needs AddTagsToResource; DescribeParameters knows no resource.
  "aws:ssm/parameter:Parameter": (it) => {
    const parameter = arn(it, "ssm", `parameter${text(it, "name")}`);
    return {
      create: on(parameter, "ssm:PutParameter", "ssm:AddTagsToResource"),
      read: [...on(parameter, "ssm:GetParameter", "ssm:ListTagsForResource"), ...on("*", "ssm:DescribeParameters")],
      update: on(parameter, "ssm:PutParameter", "ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"),
      delete: on(parameter, "ssm:DeleteParameter"),
    };
  },
};
