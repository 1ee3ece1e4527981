import type { Metric } from "./alarm.ts";
import type { ServiceName } from "./services.ts";

/** A metric that SQS reports of a queue. */
export function queueMetric(queue: sst.aws.Queue, name: string): Metric {
  return { namespace: "AWS/SQS", name, dimensions: { QueueName: queue.nodes.queue.name } };
}

/** A metric that Lambda reports of a function. */
export function functionMetric(service: sst.aws.Function, name: string): Metric {
  return { namespace: "AWS/Lambda", name, dimensions: { FunctionName: service.name } };
}

/** A metric that DynamoDB reports of a table. */
export function tableMetric(table: sst.aws.Dynamo, name: string): Metric {
  return { namespace: "AWS/DynamoDB", name, dimensions: { TableName: table.name } };
}

/** What a service counts itself, in embedded metric format (packages/logger). */
export function countedBy(service: ServiceName, metric: string): Metric {
  const functionName = `${$app.name}-${$app.stage}-${service}`;
  return { namespace: "Doorbell", name: metric, dimensions: { service, function: functionName } };
}
