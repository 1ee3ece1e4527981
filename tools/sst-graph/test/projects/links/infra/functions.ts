import { settings } from "@infra/settings";

sst.Linkable.wrap(aws.sns.Topic, (topic) => ({ properties: { arn: topic.arn, name: topic.name } }));
const topic = new aws.sns.Topic("Alerts");
const rawQueue = new aws.sqs.Queue("Raw", { fifoQueue: true, tags: { team: "orders" } });

const stripe = new sst.Secret("StripeKey");
const region = new sst.Secret("Region", "eu");
const unset = new sst.Secret("Unset");

new sst.aws.Function("Worker", {
  handler: "src/worker.handler",
  link: [settings, topic, stripe, region, unset],
  environment: { RAW_QUEUE: rawQueue.url, STRIPE: stripe.value },
});
