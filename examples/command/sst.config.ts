/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "command",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const token = new sst.Secret("Token");
    const deadLetters = new sst.aws.Queue("DeadLetters");
    const queue = new sst.aws.Queue("MyQueue", {
      visibilityTimeout: "5 seconds",
      dlq: { queue: deadLetters.arn, retry: 1 },
    });
    queue.subscribe({ handler: "subscriber.handler", timeout: "5 seconds", link: [token] });

    const publisher = new sst.aws.Function("MyPublisher", {
      handler: "publisher.handler",
      link: [queue],
    });

    return { queue: queue.url, publisher: publisher.name };
  },
});
