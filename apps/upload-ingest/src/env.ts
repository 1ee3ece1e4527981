import * as v from "valibot";

const name = v.pipe(v.string(), v.nonEmpty());

const schema = v.object({
  /** The bucket whose uploads are handled. */
  UPLOADS_BUCKET: name,
  /** The bucket for rejected lines. Must not trigger this service. */
  REJECTS_BUCKET: name,
  /** The table of receipts: partition key `id` (S). */
  UPLOADS_TABLE: name,
  /** The table of leases: partition key `id` (S), time-to-live attribute `expiresAt`. */
  IDEMPOTENCY_TABLE: name,
  /** The queue that order events go to. */
  ORDERS_QUEUE_URL: name,
});

/** All of the environment, for the logger, which reads Lambda's own variables. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** What this service is configured by, besides what the AWS SDK reads itself. Throws where a variable is missing. */
export const env = v.parse(schema, environment);
