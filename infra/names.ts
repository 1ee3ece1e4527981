import { auditTable, failures } from "./audit.ts";
import { idempotencyTable } from "./idempotency.ts";
import { orders, ordersDlq, ordersTable } from "./orders.ts";
import { rejects, uploadFailures, uploads, uploadsTable } from "./uploads.ts";

/** What the pipeline is made of, by the names that `doorbell env` gives on the local cloud. */
export const names = {
  UPLOADS_BUCKET: uploads.name,
  REJECTS_BUCKET: rejects.name,
  FAILURES_BUCKET: failures.name,
  ORDERS_QUEUE_URL: orders.url,
  ORDERS_DLQ_URL: ordersDlq.url,
  UPLOAD_FAILURES_QUEUE_URL: uploadFailures.url,
  ORDERS_TABLE: ordersTable.name,
  AUDIT_TABLE: auditTable.name,
  UPLOADS_TABLE: uploadsTable.name,
  IDEMPOTENCY_TABLE: idempotencyTable.name,
};

// On AWS names end in random letters, so a deployment publishes them for operators and their tools.
// oxlint-disable-next-line no-new -- making it is all there is to it
new aws.ssm.Parameter("Environment", {
  name: `/${$app.name}/${$app.stage}/environment`,
  description: "Names of the pipeline's buckets, queues and tables",
  type: "String",
  insecureValue: $jsonStringify(names), // no secret: a plan may show it
});
