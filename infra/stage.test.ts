import { describe, expect, test } from "vitest";
import { guardStage, regionOf, settingsOf, stageKind } from "./stage.ts";

test.each([
  ["production", "permanent"],
  ["staging", "permanent"],
  ["pr-1", "preview"],
  ["pr-20417", "preview"],
  ["dev-ana", "personal"],
  ["dev-ana2", "personal"],
  ["local", "local"],
  // Names that are the same on many machines, or nearly those of a stage that matters.
  ["ubuntu", undefined],
  ["root", undefined],
  ["dev", undefined],
  ["dev-", undefined],
  ["dev-Ana", undefined],
  ["dev-a-name-that-is-too-long", undefined],
  ["Production", undefined],
  ["production2", undefined],
  ["pr-", undefined],
  ["pr-0", undefined],
  ["", undefined],
  [undefined, undefined],
])("stage %j is %s", (name, kind) => {
  expect(stageKind(name)).toBe(kind);
});

describe("the region of a stage", () => {
  // Those of "AWS Regions" that say: enabled by default.
  const everyAccountHas =
    /^(?:ap-northeast-[123]|ap-south-1|ap-southeast-[12]|ca-central-1|eu-central-1|eu-north-1|eu-west-[123]|sa-east-1|us-(?:east|west)-[12])$/;

  test.each(["production", "staging", "pr-7", "dev-ana"])("every account has that of %s", (stage) => {
    expect(regionOf(stage)).toMatch(everyAccountHas);
  });

  test("that of the local cloud is the one in which the AWS CLI takes an endpoint from the environment", () => {
    expect(regionOf("local")).toBe("eu-central-2");
  });
});

describe("what may be done with a stage", () => {
  const permanent = "production";
  const preview = "pr-7";
  const personal = "dev-ana";

  test.each([
    ["deploy", permanent],
    ["deploy", preview],
    ["deploy", personal],
    ["diff", permanent],
    ["diff", "local"],
    ["remove", preview],
  ])("sst %s --stage %s", (command, stage) => {
    expect(() => guardStage({ stage, dev: false, command })).not.toThrow();
  });

  test("sst dev on a personal stage", () => {
    expect(() => guardStage({ stage: personal, dev: true, command: "dev" })).not.toThrow();
  });
});

describe("what is refused", () => {
  test.each(["production", "staging", "pr-7", "local"])("sst dev on %s, whose events others send", (stage) => {
    expect(() => guardStage({ stage, dev: true, command: "dev" })).toThrow(
      expect.objectContaining({ code: "INVALID_STAGE", message: expect.stringContaining("--stage dev-") }),
    );
  });

  test.each(["ubuntu", "test", "prod"])("a stage named %s, whatever is done", (stage) => {
    expect(() => guardStage({ stage, dev: false, command: "deploy" })).toThrow(/no stages named.*dev-<your name>/);
  });

  test("deploying the stage of the local cloud", () => {
    expect(() => guardStage({ stage: "local", dev: false, command: "deploy" })).toThrow(/doorbell up/);
  });
});

describe("what a stage is sized for", () => {
  test.each(["local", "dev-ana", "pr-7"])("%s logs everything, and a mistake there stays cheap", (stage) => {
    const { logSampleRate, systemLogLevel, orderQueueScaling, tableWrites } = settingsOf(stage);
    expect({ logSampleRate, systemLogLevel }).toEqual({ logSampleRate: 1, systemLogLevel: "INFO" });
    expect(orderQueueScaling).toEqual({ maximumConcurrency: 10 });
    for (const { warm, maximum } of Object.values(tableWrites)) {
      expect(warm).toBeUndefined();
      expect(maximum).toBeLessThan(4_000);
    }
  });

  test.each(["production", "staging"])("%s reserves files a share of the smallest default quota, 1,000", (stage) => {
    const { uploadConcurrency = 0 } = settingsOf(stage);
    expect(uploadConcurrency).toBeGreaterThan(0);
    expect(uploadConcurrency).toBeLessThan(500);
  });

  test.each(["pr-7", "dev-ana", "local"])("%s reserves nothing, since a new account has no more than ten", (stage) => {
    expect(settingsOf(stage).uploadConcurrency).toBeUndefined();
  });

  test.each(["production", "staging"])(
    "%s logs a sample of its successes, and no line of Lambda's for each",
    (stage) => {
      const { logSampleRate, systemLogLevel } = settingsOf(stage);
      expect(systemLogLevel).toBe("WARN");
      expect(logSampleRate).toBeGreaterThan(0);
      expect(logSampleRate).toBeLessThan(0.1);
    },
  );
});
