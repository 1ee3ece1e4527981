import { describe, expect, test } from "vitest";
import graph from "../graph.json" with { type: "json" };
import { type Edit, added, changed, rewritten, set, statements, without } from "./careless-change.ts";
import { viewGraph } from "./graph-view.ts";
import { rules } from "./rules.ts";

const mapping = (part: string) => {
  const found = graph.resources.find(({ type, name }) => type.endsWith(":EventSourceMapping") && name.startsWith(part));
  if (found === undefined) throw new Error(`the graph has no mapping of ${part}`);
  return found.name;
};
const orders = mapping("OrdersSubscriber");
const audit = mapping("OrdersTableSubscriber");
const permission = "UploadsNotificationsNotificationUploadIngestPermission";

const visibility = "a queue hides a message for six function timeouts and the batching window";
const givesUp =
  "a queue that feeds a function gives a message up after more receives than an outage of four hours takes, to a queue of its own";
const keeps = "a queue of failures keeps messages for 14 days, and longer than the queue they came from";
const redrive = "a dead-letter queue takes messages from its own source alone, and may be redriven to it";
const partial = "both mappings report failed records one by one";
const limited =
  "a failing stream batch is halved, retried a limited number of times, and given up within the stream's 24 hours";
const whole = "a stream batch that is given up is kept whole, in a bucket";
const asynchronous = "an asynchronous invocation is retried, and ends in a queue of failures";
const mayWrite = "a function may write to its failure destination";
const s3Invokes = "S3 may invoke a function from a bucket of this account alone";
const tls = "every bucket refuses requests without TLS, and its policy allows nobody anything";
const restored = "every table can be restored to a point in time, and is billed by request";
const node24 = "every function runs Node 24 on arm64";
const versions = "every bucket keeps what was overwritten or deleted, for a month at least and not for ever";
const forgets = "rejects, which may quote personal data, are forgotten; uploads and failures are not";
const ownStage = "every resource has the stage in its name, and reaches those of its own stage alone";
const removable = "a stage either keeps its data for good, or can be removed without a trace";
const logs = "every function writes JSON logs to a group that forgets";

/** A careless change, and the rules that have to notice it: these and no others. */
const changes: readonly [change: string, edit: Edit, broken: readonly string[]][] = [
  ["the visibility timeout is SQS's default", set("OrdersQueue", { visibilityTimeoutSeconds: 30 }), [visibility]],
  ["the function's timeout grows past the queue's", set("OrderQueueFunction", { timeout: 31 }), [visibility]],
  ["the mapping gets a batching window", set(orders, { maximumBatchingWindowInSeconds: 1 }), [visibility]],
  ["the orders queue loses its DLQ", set("OrdersQueue", { redrivePolicy: undefined }), [givesUp]],
  [
    "messages are given up within an outage of four hours",
    rewritten("OrdersQueue", "redrivePolicy", (json) => json.replace(":50}", ":35}")),
    [givesUp],
  ],
  ["the DLQ is removed", without("OrdersDlqQueue"), [givesUp, keeps]],
  [
    "the DLQ keeps messages for SQS's default of four days",
    set("OrdersDlqQueue", { messageRetentionSeconds: undefined }),
    [keeps],
  ],
  [
    "the queue of failed uploads forgets sooner",
    set("UploadFailuresQueue", { messageRetentionSeconds: 86_400 }),
    [keeps],
  ],
  [
    "the orders queue keeps messages as long as its DLQ",
    set("OrdersQueue", { messageRetentionSeconds: 1_209_600 }),
    [keeps],
  ],
  ["any queue may use the DLQ", without("OrdersDlqRedrive"), [redrive]],
  ["order-queue no longer reports single failures", set(orders, { functionResponseTypes: [] }), [partial]],
  ["change-audit no longer reports single failures", set(audit, { functionResponseTypes: undefined }), [partial]],
  [
    "the orders mapping may take every environment there is",
    set(orders, { scalingConfig: undefined }),
    ["a queue mapping has a maximum concurrency, or a maximum of pollers"],
  ],
  [
    "the stream is read from now on",
    set(audit, { startingPosition: "LATEST" }),
    ["a stream is read from its oldest record"],
  ],
  ["a failing stream batch is not halved", set(audit, { bisectBatchOnFunctionError: undefined }), [limited]],
  ["a failing stream batch is retried for ever", set(audit, { maximumRetryAttempts: -1 }), [limited]],
  [
    "a failing stream batch is retried until the stream forgets it",
    set(audit, { maximumRecordAgeInSeconds: 86_400 }),
    [limited],
  ],
  ["a stream batch that is given up is dropped", set(audit, { destinationConfig: undefined }), [whole]],
  [
    "a stream batch that is given up leaves pointers in a queue",
    set(audit, {
      destinationConfig: {
        onFailure: { destinationArn: "arn:aws:sqs:eu-central-2:000000000000:doorbell-local-OrdersDlqQueue" },
      },
    }),
    [whole, mayWrite],
  ],
  [
    "a failed upload is dropped",
    set("UploadIngestEventInvokeConfig", { destinationConfig: undefined }),
    [asynchronous],
  ],
  ["a failed upload is not retried", set("UploadIngestEventInvokeConfig", { maximumRetryAttempts: 0 }), [asynchronous]],
  ["upload-ingest has no asynchronous configuration", without("UploadIngestEventInvokeConfig"), [asynchronous]],
  [
    "order-queue may do anything to its table",
    statements("OrderQueueRole", (json) => json.replace('"dynamodb:PartiQLInsert"', '"dynamodb:*"')),
    ["no role has a wildcard action"],
  ],
  [
    "change-audit may write to every bucket",
    statements("ChangeAuditRole", (json) => json.replace(/"arn:aws:s3:::[^"]*\/\*"/, '"*"')),
    ["no role reaches every resource of a kind"],
  ],
  [
    "order-queue may reach every table",
    statements("OrderQueueRole", (json) => json.replace(/:table\/[^"]*"/, ':table/*"')),
    ["no role reaches every resource of a kind", ownStage],
  ],
  [
    "SST's managed log policy is back",
    set("OrderQueueRole", { managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"] }),
    ["no role has a managed policy"],
  ],
  [
    "every principal of the account may assume a role",
    set("OrderQueueRole", {
      assumeRolePolicy: {
        Statement: [{ Principal: { Service: "lambda.amazonaws.com", AWS: "arn:aws:iam::000000000000:root" } }],
      },
    }),
    ["only Lambda may assume a function's role", ownStage],
  ],
  [
    "two functions share a role",
    set("UploadIngestFunction", { role: "arn:aws:iam::000000000000:role/doorbell-local-OrderQueueRole" }),
    ["every function has a role of its own", mayWrite],
  ],
  [
    "upload-ingest may not send to its failure queue",
    statements("UploadIngestRole", (json) =>
      json.replace("doorbell-local-UploadFailuresQueue", "doorbell-local-OrdersQueue"),
    ),
    [mayWrite],
  ],
  [
    "change-audit may not list the failures bucket",
    statements("ChangeAuditRole", (json) => json.replace("s3:ListBucket", "s3:GetObject")),
    [mayWrite],
  ],
  [
    "order-queue may not delete what it has handled",
    statements("OrderQueueRole", (json) => json.replace('"sqs:DeleteMessage",', "")),
    ["a function may read its event source"],
  ],
  ["a bucket of any account may invoke upload-ingest", set(permission, { sourceAccount: undefined }), [s3Invokes]],
  [
    "the uploads bucket may be made public",
    set("UploadsPublicAccessBlock", { restrictPublicBuckets: false }),
    ["every bucket blocks public access"],
  ],
  [
    "the failures bucket has no public access block",
    without("FailuresPublicAccessBlock"),
    ["every bucket blocks public access"],
  ],
  ["the rejects bucket takes plain HTTP", without("RejectsPolicy"), [tls]],
  [
    "everybody may read the rejects bucket",
    set("RejectsPolicy", {
      policy: {
        Statement: [
          {
            Effect: "Allow",
            Principal: "*",
            Action: ["s3:GetObject"],
            Resource: ["arn:aws:s3:::doorbell-local-rejectsbucket/*"],
          },
        ],
      },
    }),
    [tls],
  ],
  [
    "SST's default lets browsers in",
    added({
      type: "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
      name: "UploadsCors",
      inputs: { bucket: "doorbell-local-uploadsbucket" },
    }),
    ["no bucket answers a browser on another site"],
  ],
  [
    "parts of uploads stay for ever",
    rewritten("UploadsLifecycle", "rules", (json) => json.replace(/"abortIncompleteMultipartUpload":\{[^}]*\},/, "")),
    ["every bucket sweeps uploads that were never completed"],
  ],
  ["the uploads bucket is not encrypted", without("UploadsEncryption"), ["every bucket is encrypted at rest"]],
  ["an upload that is overwritten is gone", without("UploadsVersioning"), [versions]],
  [
    "versioning of the failures bucket is suspended",
    set("FailuresVersioning", { versioningConfiguration: { status: "Suspended" } }),
    [versions],
  ],
  [
    "old versions stay for ever",
    rewritten("FailuresLifecycle", "rules", (json) => json.replace("noncurrentVersionExpiration", "transitions")),
    [versions],
  ],
  [
    "old versions go after a day",
    rewritten("FailuresLifecycle", "rules", (json) => json.replace('"noncurrentDays":90', '"noncurrentDays":1')),
    [versions],
  ],
  [
    "rejects stay for ever",
    rewritten("RejectsLifecycle", "rules", (json) => json.replace('{"days":90}', '{"expiredObjectDeleteMarker":true}')),
    [forgets],
  ],
  [
    "uploads are deleted after a month",
    rewritten("UploadsLifecycle", "rules", (json) => json.replace('{"expiredObjectDeleteMarker":true}', '{"days":30}')),
    [forgets],
  ],
  [
    "rejects are written beside the uploads",
    statements("UploadIngestRole", (json) => json.replace("rejectsbucket/*", "uploadsbucket/*")),
    ["no function is triggered by a bucket that it writes to"],
  ],
  [
    "the orders table cannot be restored",
    set("OrdersTableTable", { pointInTimeRecovery: { enabled: false } }),
    [restored],
  ],
  [
    "the stream carries keys only",
    set("OrdersTableTable", { streamViewType: "KEYS_ONLY" }),
    ["a stream that feeds a function carries both images"],
  ],
  ["markers stay for ever", set("IdempotencyTableTable", { ttl: undefined }), ["markers expire"]],
  [
    "the DLQ is not encrypted",
    set("OrdersDlqQueue", { sqsManagedSseEnabled: undefined }),
    ["every queue is encrypted at rest"],
  ],
  [
    "the orders queue is the one of production",
    set("OrdersQueue", { name: "doorbell-production-OrdersQueue" }),
    [visibility, givesUp, redrive, ownStage],
  ],
  [
    "a personal stage reads the queue of staging",
    set(orders, { eventSourceArn: "arn:aws:sqs:eu-central-2:000000000000:doorbell-staging-OrdersQueue" }),
    [visibility, givesUp, "a function may read its event source", ownStage],
  ],
  [
    "upload-ingest sends its orders to production",
    rewritten("UploadIngestFunction", "environment", (json) =>
      json.replace("doorbell-local-OrdersQueue", "doorbell-production-OrdersQueue"),
    ),
    [ownStage],
  ],
  ["a stage that comes and goes leaves its objects behind", set("UploadsBucket", { forceDestroy: false }), [removable]],
  [
    "a stage that comes and goes leaves its tables behind",
    set("OrdersTableTable", { deletionProtectionEnabled: true }),
    [removable],
  ],
  ["a function runs another Node", set("OrderQueueFunction", { runtime: "nodejs22.x" }), [node24]],
  ["a function runs on x86", set("OrderQueueFunction", { architectures: ["x86_64"] }), [node24]],
  ["logs stay for ever", set("OrderQueueLogs", { retentionInDays: undefined }), [logs]],
  [
    "logs are text",
    set("OrderQueueFunction", {
      loggingConfig: { logFormat: "Text", logGroup: "/aws/lambda/doorbell-local-order-queue" },
    }),
    [logs],
  ],
];

describe("infra/graph.json", () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
    expect(rule.violations(viewGraph(graph))).toEqual([]);
  });
});

describe("a careless change is noticed", () => {
  test.each(changes)("%s", (_, edit, broken) => {
    const view = viewGraph(changed(graph, edit));
    const noticed = rules.filter((rule) => rule.violations(view).length > 0).map(({ name }) => name);
    expect(noticed.toSorted()).toEqual(broken.toSorted());
  });

  test("every rule can be broken", () => {
    const broken = new Set(changes.flatMap(([, , names]) => names));
    // Of the protection of a stage, which is no resource, permanent-rules.test.ts shows it.
    broken.add("a permanent stage is protected, and no other is");
    expect(rules.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
