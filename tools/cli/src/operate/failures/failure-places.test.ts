import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import { expect, it } from "vitest";
import { failurePlaces } from "./failure-places.ts";

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-2:000000000000:${rest}`;
const resource = (type: string, name: string, inputs: object) => ({ type: `aws:${type}`, name, inputs });
const queue = (name: string, inputs: object = {}) => ({
  ...resource("sqs/queue:Queue", `${name}Queue`, { name: `app-dev-${name}`, ...inputs }),
  component: { name },
});
const redrive = (dlq: string) => ({
  redrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("sqs", `app-dev-${dlq}`), maxReceiveCount: 3 }),
});
const lambda = (name: string, inputs: object = {}) =>
  resource("lambda/function:Function", name, {
    name: `app-dev-${name}`,
    handler: "a.handler",
    runtime: "nodejs24.x",
    ...inputs,
  });
const placesOf = (...resources: object[]) =>
  failurePlaces(readGraph({ app: "app", stage: "dev", region: "eu-central-2", resources }));

it("a queue is one because other queues redrive to it, whether or not a function listens to them", () => {
  const mapping = { eventSourceArn: arn("sqs", "app-dev-Heard"), functionName: "app-dev-listener" };
  const places = placesOf(
    lambda("listener"),
    queue("Dlq"),
    queue("Heard", redrive("Dlq")),
    queue("Unheard", redrive("Dlq")),
    resource("lambda/eventSourceMapping:EventSourceMapping", "Heard", mapping),
  );
  expect(places).toEqual([
    {
      type: "queue",
      component: "Dlq",
      variable: "DLQ_URL",
      deadLettersOf: [
        { variable: "HEARD_QUEUE_URL", name: "app-dev-Heard", fifo: false, service: "listener" },
        { variable: "UNHEARD_QUEUE_URL", name: "app-dev-Unheard", fifo: false },
      ],
      eventsOf: [],
      batchesOf: [],
      deliveriesOf: [],
    },
  ]);
});

it("a queue or a bucket is one because functions or streams send there what they gave up", () => {
  const places = placesOf(
    queue("Lost"),
    resource("s3/bucket:Bucket", "LostBucket", { bucket: "app-dev-lost" }),
    resource("s3/bucket:Bucket", "OtherBucket", { bucket: "app-dev-other" }),
    lambda("one", { deadLetterConfig: { targetArn: arn("sqs", "app-dev-Lost") } }),
    lambda("two"),
    resource("lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "two", {
      functionName: "app-dev-two",
      destinationConfig: { onFailure: { destination: arn("sqs", "app-dev-Lost") } },
    }),
    resource("lambda/eventSourceMapping:EventSourceMapping", "Table", {
      eventSourceArn: arn("dynamodb", "table/t/stream/latest"),
      functionName: "app-dev-two",
      startingPosition: "LATEST",
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: "arn:aws:s3:::app-dev-lost" } },
    }),
  );
  expect(places).toMatchObject([
    { type: "queue", variable: "LOST_QUEUE_URL", deadLettersOf: [], eventsOf: ["one", "two"], batchesOf: [] },
    { type: "bucket", variable: "LOST_BUCKET", eventsOf: [], batchesOf: [{ service: "two", reportsFailures: true }] },
  ]);
});

it("a queue is one because a rule or a topic puts there what it cannot deliver", () => {
  const topicArn = arn("sns", "app-dev-Alerts");
  const places = placesOf(
    lambda("two"),
    queue("Lost"),
    resource("sns/topic:Topic", "Alerts", { name: "app-dev-Alerts" }),
    resource("sns/topicSubscription:TopicSubscription", "AlertsTwo", {
      topic: topicArn,
      protocol: "lambda",
      endpoint: arn("lambda", "function:app-dev-two"),
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("sqs", "app-dev-Lost") }),
    }),
    resource("cloudwatch/eventRule:EventRule", "Nightly", { name: "nightly", scheduleExpression: "rate(1 day)" }),
    resource("cloudwatch/eventTarget:EventTarget", "NightlyTarget", {
      rule: "nightly",
      arn: arn("lambda", "function:app-dev-two"),
      deadLetterConfig: { arn: arn("sqs", "app-dev-Lost") },
    }),
  );
  expect(places).toMatchObject([{ component: "Lost", deliveriesOf: ["rule Nightly", "topic Alerts"] }]);
});
