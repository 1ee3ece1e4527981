import * as v from "valibot";

const schema = v.object({
  /** The table of orders, whose changes are audited. */
  ORDERS_TABLE: v.pipe(v.string(), v.nonEmpty()),
  /** The table of audit entries: partition key `orderKey` (S), sort key `version` (N). */
  AUDIT_TABLE: v.pipe(v.string(), v.nonEmpty()),
  /** The bucket in which changes that cannot be recorded are parked, under `rejected/`. */
  FAILURES_BUCKET: v.pipe(v.string(), v.nonEmpty()),
});

/** All of the environment, for the logger, which reads Lambda's own variables. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** What this service is configured by, besides what the AWS SDK reads itself. Throws where a variable is missing. */
export const env = v.parse(schema, environment);

/** The share of orders, from 0 to 1, whose plain successes are logged; all of them by default. */
export const logSampleRate = Number(environment["LOG_SAMPLE_RATE"] ?? 1);
