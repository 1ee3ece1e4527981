/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "dead-letter-queue",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const dlq = new sst.aws.Queue("DeadLetterQueue");
    dlq.subscribe("subscriber.failed");

    const queue = new sst.aws.Queue("MyQueue", {
      visibilityTimeout: "1 second",
      dlq: { queue: dlq.arn, retry: 2 },
    });
    queue.subscribe({ handler: "subscriber.main", timeout: "1 second" });

    return { queue: queue.url, dlq: dlq.url };
  },
});
