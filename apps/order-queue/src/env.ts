import * as v from "valibot";

const schema = v.object({
  /** The table of orders: partition key `id` (S), the partner and the order's id as `partner/order id`. */
  ORDERS_TABLE: v.pipe(v.string(), v.nonEmpty()),
  /** The URL of the queue that this service answers. */
  ORDERS_QUEUE_URL: v.pipe(v.string(), v.nonEmpty()),
  /** The URL of the queue in which rejected messages are parked: the dead-letter queue of the orders queue. */
  ORDERS_DLQ_URL: v.pipe(v.string(), v.nonEmpty()),
});

/** All of the environment, for the logger, which reads Lambda's own variables. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** What this service is configured by, besides what the AWS SDK reads itself. Throws where a variable is missing. */
export const env = v.parse(schema, environment);

/** The share of orders, from 0 to 1, whose plain successes are logged; all of them by default. */
export const logSampleRate = Number(environment["LOG_SAMPLE_RATE"] ?? 1);
