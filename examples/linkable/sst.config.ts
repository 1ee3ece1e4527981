/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "linkable",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const settings = new sst.Linkable("MySettings", {
      properties: { currency: "EUR", limits: { lines: 500 } },
    });
    const token = new sst.Secret("MyToken", "none");

    const reader = new sst.aws.Function("MyReader", {
      handler: "src/reader.handler",
      link: [settings, token],
      environment: { GREETING: "hello" },
      nodejs: { loader: { ".sql": "text" } },
      copyFiles: [{ from: "words.txt" }],
    });

    return { reader: reader.name };
  },
});
