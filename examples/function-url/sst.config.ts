/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "function-url",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const fn = new sst.aws.Function("MyFunction", {
      handler: "hello.handler",
      url: true,
    });
    new sst.aws.Function("MyCaller", {
      handler: "hello.caller",
      link: [fn],
    });

    return { url: fn.url };
  },
});
