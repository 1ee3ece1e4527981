import { alarms } from "./alarm.ts";
import { functions } from "./service.ts";
import { type Service, services } from "./services.ts";
import { queues } from "./work-queue.ts";

/** One graph with a line for each of `metrics`; twelve of the dashboard's 24 columns wide. */
const graph = (title: string, stat: string, metrics: readonly (readonly $util.Input<string>[])[]) => ({
  type: "metric",
  width: 12,
  height: 6,
  properties: { title, region: aws.getRegionOutput().region, view: "timeSeries", stat, period: 60, metrics },
});

const functionsOf = (chosen: readonly Service[]) =>
  chosen.flatMap(({ name }) => {
    const found = functions.get(name);
    return found === undefined ? [] : [found.name];
  });

const ofFunctions = (name: string, chosen: readonly Service[] = services) =>
  functionsOf(chosen).map((functionName) => ["AWS/Lambda", name, "FunctionName", functionName]);
const ofQueues = (name: string) => queues.map((queue) => ["AWS/SQS", name, "QueueName", queue.nodes.queue.name]);

const streamServices = services.filter(({ eventSource }) => eventSource === "table stream");

/** What one looks at when an alarm has rung: which one, and what flows, waits and fails beside it. */
export const dashboard = new aws.cloudwatch.Dashboard("Dashboard", {
  dashboardName: `${$app.name}-${$app.stage}`,
  dashboardBody: $jsonStringify({
    widgets: [
      ...services.map(({ name }) => ({
        type: "alarm",
        width: 24,
        height: 2,
        properties: { title: `Alarms of ${name}`, alarms: (alarms.get(name) ?? []).map(({ arn }) => arn) },
      })),
      graph("Messages that wait", "Maximum", ofQueues("ApproximateNumberOfMessagesVisible")),
      graph("Age of the oldest message, s", "Maximum", ofQueues("ApproximateAgeOfOldestMessage")),
      graph("Invocations", "Sum", ofFunctions("Invocations")),
      graph("Duration, ms", "p99", ofFunctions("Duration")),
      graph("Errors", "Sum", ofFunctions("Errors")),
      graph("Throttles", "Sum", ofFunctions("Throttles")),
      graph("Environments in use", "Maximum", ofFunctions("ConcurrentExecutions")),
      graph("Age of the oldest change, ms", "Maximum", ofFunctions("IteratorAge", streamServices)),
    ],
  }),
});
