import * as v from "valibot";
import { CommandError } from "../command-error.ts";

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

/** The pipeline's buckets, queues and tables by the names that `doorbell env` prints. */
export type Names = v.InferOutput<typeof namesSchema>;

/**
 * Reads the names; what else stands there is passed over.
 *
 * @param source what they came from, for the message
 * @throws {CommandError} one of them is missing
 */
export function readNames(value: unknown, source: string): Names {
  const parsed = v.safeParse(namesSchema, value);
  if (parsed.success) return parsed.output;
  const missing = parsed.issues.map((issue) => v.getDotPath(issue) ?? "all").join(", ");
  throw new CommandError(`${source} does not name ${missing}: is it of another version of Doorbell?`);
}
