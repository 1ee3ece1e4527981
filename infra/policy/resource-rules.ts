import { type GraphView, nameIn } from "./graph-view.ts";
import type { Rule } from "./rule.ts";

const buckets = (graph: GraphView) => graph.all("aws:s3/bucket:Bucket").map(({ bucket }) => bucket);
const tables = (graph: GraphView) => graph.all("aws:dynamodb/table:Table");
const functions = (graph: GraphView) => graph.all("aws:lambda/function:Function");

/** What has to hold of each bucket, table, queue and function by itself. */
export const resourceRules: readonly Rule[] = [
  {
    name: "every bucket blocks public access",
    violations: (graph) => {
      const blocks = graph.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
      return buckets(graph).filter((bucket) => {
        const block = blocks.find((it) => it.bucket === bucket);
        return !(
          block?.blockPublicAcls &&
          block.blockPublicPolicy &&
          block.ignorePublicAcls &&
          block.restrictPublicBuckets
        );
      });
    },
  },
  {
    name: "every bucket refuses requests without TLS, and its policy allows nobody anything",
    violations: (graph) => {
      const policies = graph.all("aws:s3/bucketPolicy:BucketPolicy");
      return buckets(graph).filter((bucket) => {
        const statements = policies.find((it) => it.bucket === bucket)?.policy.Statement ?? [];
        const denies = statements.some(
          ({ Effect, Principal, Action, Resource, Condition }) =>
            Effect === "Deny" &&
            Principal === "*" &&
            Action.includes("s3:*") &&
            Resource.includes(`arn:aws:s3:::${bucket}/*`) &&
            Resource.includes(`arn:aws:s3:::${bucket}`) &&
            JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":["false"]}}',
        );
        return !denies || statements.some(({ Effect }) => Effect !== "Deny");
      });
    },
  },
  {
    name: "no bucket answers a browser on another site",
    violations: (graph) =>
      graph.all("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration").map(({ bucket }) => bucket),
  },
  {
    name: "every bucket sweeps uploads that were never completed",
    violations: (graph) => {
      const lifecycles = graph.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
      return buckets(graph).filter(
        (bucket) =>
          !lifecycles
            .filter((it) => it.bucket === bucket)
            .some(({ rules }) =>
              rules.some((rule) => rule.status === "Enabled" && rule.abortIncompleteMultipartUpload !== undefined),
            ),
      );
    },
  },
  {
    name: "every bucket is encrypted at rest",
    violations: (graph) => {
      const encrypted = graph.all(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      );
      return buckets(graph).filter((bucket) => !encrypted.some((it) => it.bucket === bucket && it.rules.length > 0));
    },
  },
  {
    name: "every bucket keeps what was overwritten or deleted, for a month at least and not for ever",
    violations: (graph) => {
      const versioned = graph.all("aws:s3/bucketVersioning:BucketVersioning");
      const lifecycles = graph.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
      return buckets(graph).filter((bucket) => {
        const versions = versioned.find((it) => it.bucket === bucket)?.versioningConfiguration.status;
        const days = lifecycles
          .filter((it) => it.bucket === bucket)
          .flatMap(({ rules }) => rules)
          .flatMap(({ status, noncurrentVersionExpiration: old }) =>
            status === "Enabled" && old ? old.noncurrentDays : [],
          );
        return versions !== "Enabled" || days.length === 0 || Math.min(...days) < 30;
      });
    },
  },
  {
    name: "rejects, which may quote personal data, are forgotten; uploads and failures are not",
    violations: (graph) => {
      const lifecycles = graph.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
      return buckets(graph).filter((bucket) => {
        const expires = lifecycles
          .filter((it) => it.bucket === bucket)
          .some(({ rules }) => rules.some(({ expiration }) => expiration?.days !== undefined));
        return expires !== bucket.includes("rejects");
      });
    },
  },
  {
    name: "no function is triggered by a bucket that it writes to",
    violations: (graph) =>
      graph.all("aws:s3/bucketNotification:BucketNotification").flatMap(({ bucket, lambdaFunctions }) =>
        lambdaFunctions
          .map(({ lambdaFunctionArn }) => nameIn(lambdaFunctionArn))
          .filter((name) => {
            const role = nameIn(functions(graph).find((it) => it.name === name)?.role ?? "");
            return graph
              .all("aws:iam/role:Role")
              .filter((it) => it.name === role)
              .flatMap(({ inlinePolicies }) => inlinePolicies.flatMap(({ policy }) => policy.Statement))
              .some(
                ({ Action, Resource }) =>
                  Action.includes("s3:PutObject") && Resource.includes(`arn:aws:s3:::${bucket}/*`),
              );
          }),
      ),
  },
  {
    name: "every table can be restored to a point in time, and is billed by request",
    violations: (graph) =>
      tables(graph)
        .filter(
          ({ pointInTimeRecovery, billingMode }) =>
            pointInTimeRecovery?.enabled !== true || billingMode !== "PAY_PER_REQUEST",
        )
        .map(({ name }) => name),
  },
  {
    name: "a stream that feeds a function carries both images",
    violations: (graph) =>
      graph
        .all("aws:lambda/eventSourceMapping:EventSourceMapping")
        .filter(({ eventSourceArn }) => eventSourceArn.includes("/stream/"))
        .map(({ eventSourceArn }) => nameIn(eventSourceArn))
        .filter((table) => tables(graph).find(({ name }) => name === table)?.streamViewType !== "NEW_AND_OLD_IMAGES"),
  },
  {
    name: "markers expire",
    violations: (graph) =>
      tables(graph)
        .filter(({ name }) => name.includes("Idempotency"))
        .filter(({ ttl }) => ttl?.enabled !== true || ttl.attributeName !== "expiresAt")
        .map(({ name }) => name),
  },
  {
    name: "every queue is encrypted at rest",
    violations: (graph) =>
      graph
        .all("aws:sqs/queue:Queue")
        .filter((it) => !it.sqsManagedSseEnabled)
        .map(({ name }) => name),
  },
  {
    name: "every function runs Node 24 on arm64",
    violations: (graph) =>
      functions(graph)
        .filter(({ runtime, architectures }) => runtime !== "nodejs24.x" || architectures.join() !== "arm64")
        .map(({ name }) => name),
  },
  {
    name: "every function writes JSON logs to a group that forgets",
    violations: (graph) =>
      functions(graph)
        .filter(({ loggingConfig }) => {
          const group = graph
            .all("aws:cloudwatch/logGroup:LogGroup")
            .find(({ name }) => name === loggingConfig.logGroup);
          return loggingConfig.logFormat !== "JSON" || !group || group.retentionInDays === 0;
        })
        .map(({ name }) => name),
  },
];
