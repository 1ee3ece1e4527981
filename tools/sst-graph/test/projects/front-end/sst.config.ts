/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app() {
    return { name: "front-end", home: "aws" };
  },
  async run() {
    const vpc = new sst.aws.Vpc("Network");
    const cluster = new sst.aws.Cluster("Cluster", { vpc });
    new sst.aws.Service("Service", { cluster, loadBalancer: { ports: [{ listen: "80/http" }] } });
    const database = new sst.aws.Postgres("Database", {
      vpc,
      dev: { username: "postgres", password: "postgres", database: "shop", host: "localhost", port: 5432 },
    });
    const queue = new sst.aws.Queue("Orders");
    queue.subscribe({ handler: "src/order.handler", link: [database], vpc });
    new sst.aws.StaticSite("Site", {
      build: { command: "npm run build", output: "dist" },
      environment: { VITE_QUEUE: queue.url },
    });
    new sst.aws.Nextjs("Web", { link: [queue] });
  },
});
