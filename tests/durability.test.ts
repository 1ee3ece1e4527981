import { describe, it } from "vitest";
import { expectToSurvive, survivalLimitMs } from "./support/kill-history.ts";

/** A short history; the long one is in durability.deep.test.ts. */
const kills = 1;

describe.runIf(process.platform === "linux")("the local cloud with a state folder", () => {
  it(
    `loses nothing that was acknowledged when it is killed with -9 at any moment (${kills} times)`,
    () => expectToSurvive(kills),
    survivalLimitMs(kills),
  );
});
