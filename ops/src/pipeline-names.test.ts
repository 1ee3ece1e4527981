import { expect, it } from "vitest";
import { pipelineNames } from "./pipeline-names.ts";

const names = {
  UPLOADS_BUCKET: "uploads",
  REJECTS_BUCKET: "rejects",
  FAILURES_BUCKET: "failures",
  ORDERS_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/orders",
  ORDERS_DLQ_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/orders-dlq",
  UPLOAD_FAILURES_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/upload-failures",
  ORDERS_TABLE: "orders",
  AUDIT_TABLE: "audit",
  UPLOADS_TABLE: "uploads",
  IDEMPOTENCY_TABLE: "idempotency",
};

it("an environment with another version's names is refused, and the message says which are missing", () => {
  expect(pipelineNames({ title: "stage p", names: { ...names, AND_MORE: "later" } })).toEqual(names);
  const { AUDIT_TABLE: _, ...others } = names;
  expect(() => pipelineNames({ title: "stage p", names: others })).toThrow("stage p does not name AUDIT_TABLE");
});
