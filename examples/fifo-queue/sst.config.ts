/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "fifo-queue",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const queue = new sst.aws.Queue("MyQueue", { fifo: true });
    queue.subscribe("subscriber.handler");

    return { queue: queue.url };
  },
});
