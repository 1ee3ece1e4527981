/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "links",
      home: "local",
      removal: input.stage === "kept" ? "retain" : "remove",
      providers: { aws: "7.20.0" },
    };
  },
  async run() {
    $transform(sst.aws.Function, (args) => {
      args.memory ??= "512 MB";
    });
    const { settings } = await import("@infra/settings");
    await import("./infra/functions");
    return {
      greeting: $interpolate`${settings.properties.greeting}!`,
      numbers: $jsonStringify({ list: [1, $output(2)] }),
      from: process.env.FROM_ENV,
      stageOnly: process.env.STAGE_ONLY,
    };
  },
});
