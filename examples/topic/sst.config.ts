/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "topic",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const queue = new sst.aws.Queue("MyQueue");
    queue.subscribe("subscriber.queue");

    const topic = new sst.aws.SnsTopic("MyTopic");
    topic.subscribe("MyFunction", "subscriber.topic");
    topic.subscribeQueue("MyQueueSubscription", queue.arn);

    const publisher = new sst.aws.Function("MyPublisher", {
      handler: "publisher.handler",
      link: [topic],
    });

    return { topic: topic.arn, publisher: publisher.name };
  },
});
