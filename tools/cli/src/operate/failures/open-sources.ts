import { dynamoStore } from "@doorbell/idempotency/dynamo-store";
import type { Environment } from "../../aws/clients.ts";
import { changeFailures } from "./change-failures.ts";
import type { FailureSource } from "./failure.ts";
import { orderFailures } from "./order-failures.ts";
import { uploadFailures } from "./upload-failures.ts";

/** Every place of a pipeline where failures end. */
export function openSources(environment: Environment): FailureSource[] {
  const { sqs, s3, lambda, dynamodb, names } = environment;
  const store = dynamoStore(dynamodb);
  return [
    orderFailures({
      sqs,
      store,
      ordersQueueUrl: names.ORDERS_QUEUE_URL,
      ordersDlqUrl: names.ORDERS_DLQ_URL,
      ordersTable: names.ORDERS_TABLE,
    }),
    changeFailures({
      s3,
      lambda,
      store,
      bucket: names.FAILURES_BUCKET,
      functionName: environment.functionName("change-audit"),
      auditTable: names.AUDIT_TABLE,
    }),
    uploadFailures({
      sqs,
      lambda,
      store,
      queueUrl: names.UPLOAD_FAILURES_QUEUE_URL,
      functionName: environment.functionName("upload-ingest"),
      uploadsBucket: names.UPLOADS_BUCKET,
      uploadsTable: names.UPLOADS_TABLE,
    }),
  ];
}
