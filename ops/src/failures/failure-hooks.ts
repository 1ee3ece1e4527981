import type { Environment } from "@doorbell/cli/aws/environment";
import type { FailureHooks } from "@doorbell/cli/operate/failures/failure-hooks";
import { dynamoStore } from "@doorbell/idempotency/dynamo-store";
import { pipelineNames } from "../pipeline-names.ts";
import { changeHooks } from "./change-hooks.ts";
import { orderHooks } from "./order-hooks.ts";
import { uploadHooks } from "./upload-hooks.ts";

/** What this pipeline knows of its failures, by the components in which they end; docs/operations.md has a section for each kind. */
export function failureHooks(
  environment: Pick<Environment, "title" | "names" | "dynamodb">,
): Readonly<Record<string, FailureHooks>> {
  const names = pipelineNames(environment);
  const store = dynamoStore(environment.dynamodb);
  return {
    OrdersDlq: orderHooks({ store, ordersTable: names.ORDERS_TABLE }),
    Failures: changeHooks({ store, auditTable: names.AUDIT_TABLE }),
    UploadFailures: uploadHooks({ store, uploadsBucket: names.UPLOADS_BUCKET, uploadsTable: names.UPLOADS_TABLE }),
  };
}
