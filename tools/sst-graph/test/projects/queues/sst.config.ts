/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "queues",
      removal: input?.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const deadLetters = new sst.aws.Queue("DeadLetters");
    deadLetters.subscribe("src/dead-letter.handler");

    const orders = new sst.aws.Queue("Orders", {
      visibilityTimeout: "1 minute",
      dlq: { queue: deadLetters.arn, retry: 2 },
    });
    orders.subscribe(
      {
        handler: "src/order.handler",
        timeout: "30 seconds",
        memory: "256 MB",
        environment: { CURRENCY: "EUR" },
        copyFiles: [{ from: "src/rates.json", to: "rates.json" }],
        nodejs: { install: ["sharp"], esbuild: { target: "node24" }, loader: { ".txt": "text" }, format: "cjs" },
      },
      { batch: { size: 5, partialResponses: true } },
    );

    const ordered = new sst.aws.Queue("Ordered", { fifo: true });
    ordered.subscribe("src/order.handler");

    const publisher = new sst.aws.Function("Publisher", {
      handler: "src/publisher.handler",
      link: [orders, ordered],
      url: true,
      streaming: true,
      retries: 1,
    });

    return { publisher: publisher.url, queue: orders.url };
  },
});
