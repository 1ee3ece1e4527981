import { inlinePermissions } from "@doorbell/idempotency/permissions";
import { privateBucket } from "./bucket.ts";
import { ordersTable } from "./orders.ts";
import { settingsOf } from "./stage.ts";
import { streamService } from "./stream-service.ts";
import { tableWrites } from "./table-writes.ts";

/** One entry a change of an order, keyed by the order's key (partner and id) and version. */
export const auditTable = new sst.aws.Dynamo("AuditTable", {
  fields: { orderKey: "string", version: "number" },
  primaryIndex: { hashKey: "orderKey", rangeKey: "version" },
  deletionProtection: $app.protect,
  transform: tableWrites("audit"),
});

/** Changes that `change-audit` gave up, or that can never be audited, whole. */
export const failures = privateBucket("Failures");

/** Writes the audit trail: a hundred records are four DynamoDB calls, so a minute leaves room for throttling. */
streamService("change-audit", {
  description: "Writes an audit entry for every change of an order",
  table: ordersTable,
  failures,
  // In `sst dev` the handler runs on a laptop, where somebody may be thinking at a breakpoint.
  timeout: $dev ? "15 minutes" : "1 minute",
  memory: "512 MB",
  tables: [auditTable],
  environment: {
    ORDERS_TABLE: ordersTable.name,
    AUDIT_TABLE: auditTable.name,
    FAILURES_BUCKET: failures.name,
    LOG_SAMPLE_RATE: `${settingsOf($app.stage).logSampleRate}`,
  },
  permissions: inlinePermissions(auditTable.arn, { updates: false }),
});

export const names = { FAILURES_BUCKET: failures.name, AUDIT_TABLE: auditTable.name };
