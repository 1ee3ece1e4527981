import { alarm } from "./alarm.ts";
import { changeAudit, orderChanges } from "./audit.ts";
import { logMetric } from "./log-metric.ts";
import { orderQueue, orders, ordersDlq } from "./orders.ts";
import { uploadFailures, uploadIngest } from "./uploads.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const ofQueue = (queue: sst.aws.Queue, name: string) => ({
  namespace: "AWS/SQS",
  name,
  dimensions: { QueueName: queue.nodes.queue.name },
});

const ofFunction = (service: sst.aws.Function, name: string) => ({
  namespace: "AWS/Lambda",
  name,
  dimensions: { FunctionName: service.name },
});

/** What the services count themselves, in embedded metric format (packages/logger). */
const ofService = (name: string, service: sst.aws.Function, metric: string) => ({
  namespace: "Doorbell",
  name: metric,
  dimensions: { service: name, function: service.name },
});

const logsOf = (service: sst.aws.Function) =>
  service.nodes.function.loggingConfig.apply((logging) => logging?.logGroup ?? "");

/** What is lost unless somebody looks: it was given up, and waits in a place that empties itself after some time. */
const givenUp = [
  alarm("orders-dlq-not-empty", {
    says: "A message failed five times or can never succeed. It is kept for 14 days.",
    metric: ofQueue(ordersDlq, "ApproximateNumberOfMessagesVisible"),
    statistic: "Maximum",
    atLeast: 1,
  }),
  alarm("upload-failures-not-empty", {
    says: "A file was uploaded and could not be handled. Its event is kept for 14 days.",
    metric: ofQueue(uploadFailures, "ApproximateNumberOfMessagesVisible"),
    statistic: "Maximum",
    atLeast: 1,
  }),
  alarm("changes-given-up", {
    says: "Changes of orders are missing in the audit trail. They are kept in the failures bucket.",
    metric: {
      namespace: "AWS/Lambda",
      name: "OnFailureDestinationDeliveredEventCount",
      dimensions: { EventSourceMappingUUID: orderChanges.apply(({ nodes }) => nodes.eventSourceMapping.uuid) },
    },
    statistic: "Sum",
    atLeast: 1,
  }),
  alarm("changes-parked", {
    says: "Changes of orders can never be audited. They are kept in the failures bucket.",
    metric: ofService("change-audit", changeAudit, "Parked"),
    statistic: "Sum",
    atLeast: 1,
  }),
  // Not kept anywhere: the one case in which data is lost for good when it is overlooked.
  ...[
    { name: "upload-failure-undelivered", service: uploadIngest, what: "A failed upload's event" },
    { name: "changes-undelivered", service: changeAudit, what: "A batch of changes" },
  ].map(({ name, service, what }) =>
    alarm(name, {
      says: `${what} could not be written to its failure destination.`,
      metric: ofFunction(service, "DestinationDeliveryFailures"),
      statistic: "Sum",
      atLeast: 1,
    }),
  ),
];

/** What a partner has to know: the pipeline is well, the file is not. */
const refused = [
  alarm("lines-rejected", {
    says: "A partner's file has lines that were refused. They are in the rejects bucket, with their reasons, for 90 days.",
    metric: ofService("upload-ingest", uploadIngest, "RejectedLines"),
    statistic: "Sum",
    atLeast: 1,
    minutes: 5,
  }),
  alarm("uploads-refused", {
    says: "A partner's file was not taken, or not to its end.",
    metric: logMetric("RefusedUploads", logsOf(uploadIngest), {
      pattern: '{ $.message = "upload handled" && ($.status = "refused" || $.status = "incomplete") }',
    }),
    statistic: "Sum",
    atLeast: 1,
    minutes: 5,
  }),
];

/** What comes late: nothing is lost yet. */
const late = [
  alarm("orders-late", {
    says: "An order has been waiting for ten minutes: it fails again and again, or more come in than are handled.",
    metric: ofQueue(orders, "ApproximateAgeOfOldestMessage"),
    statistic: "Maximum",
    atLeast: 10 * 60,
    minutes: 5,
  }),
  // Over a day: an order and its cancellation that come in the wrong order are minutes apart at most.
  alarm("cancellations-waiting", {
    says: "A cancellation still waits for its order.",
    metric: ofService("order-queue", orderQueue, "CancellationsWaiting"),
    minus: ofService("order-queue", orderQueue, "CancellationsMatched"),
    statistic: "Sum",
    atLeast: 1,
    minutes: 24 * 60,
  }),
  alarm("changes-late", {
    says: "A change of an order has been waiting for its audit entry for ten minutes; the stream forgets it after 24 hours.",
    metric: ofFunction(changeAudit, "IteratorAge"),
    statistic: "Maximum",
    atLeast: 10 * MINUTE_MS,
    minutes: 5,
  }),
];

/** Functions that fail, are held back, or come near their timeout. */
const unwell = [
  { name: "upload-ingest", service: uploadIngest },
  { name: "order-queue", service: orderQueue },
  { name: "change-audit", service: changeAudit },
].flatMap(({ name, service }) => [
  // One failure is retried and heals; what does not heal rings above.
  alarm(`${name}-errors`, {
    says: `${name} failed five times in five minutes.`,
    metric: ofFunction(service, "Errors"),
    statistic: "Sum",
    atLeast: 5,
    minutes: 5,
  }),
  alarm(`${name}-throttled`, {
    says: `${name} was throttled in each of five minutes: the account's concurrency is used up.`,
    metric: ofFunction(service, "Throttles"),
    statistic: "Sum",
    atLeast: 1,
    periods: 5,
  }),
  alarm(`${name}-slow`, {
    says: `${name} took four fifths of its timeout.`,
    metric: ofFunction(service, "Duration"),
    statistic: "Maximum",
    atLeast: service.nodes.function.timeout.apply((seconds) => 0.8 * SECOND_MS * (seconds ?? 3)),
    minutes: 5,
  }),
]);

/** Every alarm, the gravest first. */
export const alarms = [...givenUp, ...refused, ...late, ...unwell];
