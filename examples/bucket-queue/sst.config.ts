/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "bucket-queue",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const queue = new sst.aws.Queue("MyQueue");
    queue.subscribe("subscriber.handler");

    const bucket = new sst.aws.Bucket("MyBucket");
    bucket.notify({
      notifications: [{ name: "MySubscriber", queue, events: ["s3:ObjectCreated:*"] }],
    });

    return { bucket: bucket.name, queue: queue.url };
  },
});
