/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app() {
    return { name: "refused", home: "aws" };
  },
  async run() {
    new sst.aws.Queue("Orders");
    await import("./network");
  },
});
