/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "schedule",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    new sst.aws.Cron("Nightly", {
      schedule: "cron(0 3 * * ? *)",
      function: "job.nightly",
      event: { report: "sales" },
    });
    new sst.aws.CronV2("Weekdays", {
      schedule: "cron(30 6 ? * MON-FRI *)",
      timezone: "Europe/Zurich",
      function: "job.weekdays",
      event: { report: "stock" },
    });
  },
});
