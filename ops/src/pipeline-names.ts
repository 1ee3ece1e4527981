import { CommandError } from "@doorbell/cli/command-error";
import type { Environment } from "@doorbell/cli/aws/environment";
import * as v from "valibot";

const namesSchema = v.object({
  UPLOADS_BUCKET: v.string(),
  REJECTS_BUCKET: v.string(),
  FAILURES_BUCKET: v.string(),
  ORDERS_QUEUE_URL: v.string(),
  ORDERS_DLQ_URL: v.string(),
  UPLOAD_FAILURES_QUEUE_URL: v.string(),
  ORDERS_TABLE: v.string(),
  AUDIT_TABLE: v.string(),
  UPLOADS_TABLE: v.string(),
  IDEMPOTENCY_TABLE: v.string(),
});

/** The pipeline's buckets, queues and tables. */
export type PipelineNames = v.InferOutput<typeof namesSchema>;

/** The names of an environment of this pipeline. @throws {CommandError} one of them is missing */
export function pipelineNames({ title, names }: Pick<Environment, "title" | "names">): PipelineNames {
  const parsed = v.safeParse(namesSchema, names);
  if (parsed.success) return parsed.output;
  const missing = parsed.issues.map((issue) => v.getDotPath(issue) ?? "all").join(", ");
  throw new CommandError(`${title} does not name ${missing}: is it of another version of Doorbell?`);
}
