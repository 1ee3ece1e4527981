import { alarms } from "./alarms.ts";
import { changeAudit } from "./audit.ts";
import { orderQueue, orders, ordersDlq } from "./orders.ts";
import { uploadFailures, uploadIngest } from "./uploads.ts";

export { alarmTopic } from "./alarm.ts";

const services = [uploadIngest, orderQueue, changeAudit];
const queues = [orders, ordersDlq, uploadFailures];

/** One graph with a line for each of `metrics`; twelve of the dashboard's 24 columns wide. */
const graph = (title: string, stat: string, metrics: readonly (readonly $util.Input<string>[])[]) => ({
  type: "metric",
  width: 12,
  height: 6,
  properties: { title, region: aws.getRegionOutput().region, view: "timeSeries", stat, period: 60, metrics },
});

const ofEachFunction = (name: string) => services.map((service) => ["AWS/Lambda", name, "FunctionName", service.name]);
const ofEachQueue = (name: string) => queues.map((queue) => ["AWS/SQS", name, "QueueName", queue.nodes.queue.name]);

/** What one looks at when an alarm has rung: which one, and what flows, waits and fails beside it. */
export const dashboard = new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: `${$app.name}-${$app.stage}`,
  dashboardBody: $jsonStringify({
    widgets: [
      {
        type: "alarm",
        width: 24,
        height: 4,
        properties: { title: "Alarms", alarms: alarms.map(({ arn }) => arn) },
      },
      graph("Messages that wait", "Maximum", ofEachQueue("ApproximateNumberOfMessagesVisible")),
      graph("Age of the oldest message, s", "Maximum", ofEachQueue("ApproximateAgeOfOldestMessage")),
      graph("Invocations", "Sum", ofEachFunction("Invocations")),
      graph("Duration, ms", "p99", ofEachFunction("Duration")),
      graph("Errors", "Sum", ofEachFunction("Errors")),
      graph("Throttles", "Sum", ofEachFunction("Throttles")),
      graph("Environments in use", "Maximum", ofEachFunction("ConcurrentExecutions")),
      graph("Age of the oldest change, ms", "Maximum", [
        ["AWS/Lambda", "IteratorAge", "FunctionName", changeAudit.name],
      ]),
    ],
  }),
});
