/// <reference path="./.sst/platform/config.d.ts" />

/**
 * Doorbell on AWS: the one definition that is deployed, that the policy tests read, and that the local cloud boots from.
 * Each file of `infra/` is one noun: a resource, who listens to it, and what that listener may do.
 */
export default $config({
  async app(input) {
    const { regionOf, stageKind } = await import("./infra/stage.ts");
    const permanent = stageKind(input.stage) === "permanent";
    return {
      name: "doorbell",
      home: "aws",
      // A permanent stage keeps its buckets and tables when they leave this configuration, and refuses `sst remove`.
      removal: permanent ? "retain" : "remove",
      protect: permanent,
      providers: { aws: { region: regionOf(input.stage) } },
    };
  },
  async run() {
    const { guardStage } = await import("./infra/stage.ts");
    guardStage({ stage: $app.stage, dev: $dev, command: $cli.command });

    const { names } = await import("./infra/names.ts");
    const { alarmTopic } = await import("./infra/alarm.ts");
    if ($app.protect) await import("./infra/dashboard.ts");
    return { ...names, ALARMS_TOPIC: alarmTopic?.arn };
  },
});
