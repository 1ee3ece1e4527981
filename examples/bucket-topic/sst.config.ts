/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "bucket-topic",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const topic = new sst.aws.SnsTopic("MyTopic");
    topic.subscribe("MySubscriber", "subscriber.handler");

    const bucket = new sst.aws.Bucket("MyBucket");
    bucket.notify({
      notifications: [{ name: "MyNotification", topic, events: ["s3:ObjectRemoved:*"] }],
    });

    return { bucket: bucket.name, topic: topic.name };
  },
});
