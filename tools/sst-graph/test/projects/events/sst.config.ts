/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app() {
    return { name: "events", home: "aws", providers: { aws: "7.20.0" } };
  },
  async run() {
    const topic = new sst.aws.SnsTopic("Topic");
    topic.subscribe("Receiver", "src/receiver.handler", { filter: { price_usd: [{ numeric: [">=", 100] }] } });
    const queue = new sst.aws.Queue("Queue");
    topic.subscribeQueue("Forwarded", queue);

    const bus = new sst.aws.Bus("Bus");
    bus.subscribe("Placed", "src/placed.handler", { pattern: { source: ["shop"], detailType: ["order.placed"] } });
    bus.subscribeQueue("Archived", queue);

    const schedule = new sst.aws.CronV2("Nightly", {
      schedule: "cron(15 10 * * ? *)",
      function: "src/nightly.handler",
      event: { full: true },
    });
    new sst.aws.Cron("Often", { schedule: "rate(1 minute)", job: "src/often.handler" });

    const api = new sst.aws.ApiGatewayV2("Api");
    api.route("GET /orders/{id}", "src/get-order.handler");
    api.route("$default", "src/fallback.handler");

    return { api: api.url, bus: bus.arn, nightly: schedule.nodes.function.name };
  },
});
