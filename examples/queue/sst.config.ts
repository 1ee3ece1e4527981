/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "queue",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const queue = new sst.aws.Queue("MyQueue");
    queue.subscribe("subscriber.handler");

    const publisher = new sst.aws.Function("MyPublisher", {
      handler: "publisher.handler",
      link: [queue],
    });

    return { queue: queue.url, publisher: publisher.name };
  },
});
