import { afterEach, describe, expect, it } from "vitest";
import {
  byHand,
  byNpm,
  byPnpm,
  chainOf,
  expectNothingLeft,
  killStarted,
  type Started,
} from "./support/launched-cloud.ts";

afterEach(killStarted);

// Every process of the chain in turn, under npm and pnpm, is killed in launcher.deep.test.ts.
it.runIf(process.platform === "linux")(
  "kill -9 of the npm above it leaves nothing of the cloud",
  async () => {
    const cloud = await byNpm();
    cloud.child.kill("SIGKILL");
    await expectNothingLeft(cloud);
  },
  60_000,
);

describe.runIf(process.platform === "linux")("SIGINT ends the cloud cleanly, once", () => {
  /** The script among the processes: the one above the command. */
  const scriptOf = (cloud: Started) => chainOf(cloud).at(-2)?.pid ?? 0;

  it("sent to the script alone, as a supervisor does", async () => {
    const cloud = await byHand();
    process.kill(scriptOf(cloud), "SIGINT");
    expect(await cloud.ended).toEqual([0, null]);
    await expectNothingLeft(cloud);
  }, 60_000);

  it("as Ctrl-C, which reaches every process of the terminal", async () => {
    const cloud = await byHand();
    process.kill(-(cloud.child.pid ?? 0), "SIGINT");
    // 130 is how a second SIGINT ends it, with nothing stopped in order.
    expect(await cloud.ended).toEqual([0, null]);
    await expectNothingLeft(cloud);
  }, 60_000);

  it.each([
    ["npm", byNpm],
    ["pnpm", byPnpm],
  ] as const)(
    "as Ctrl-C under %s, which may pass it on a second time",
    async (_, start) => {
      const cloud = await start();
      process.kill(-(cloud.child.pid ?? 0), "SIGINT");
      await cloud.ended;
      await expectNothingLeft(cloud);
    },
    60_000,
  );
});

it.runIf(process.platform === "linux")(
  "SIGTERM to npm alone ends the cloud",
  async () => {
    const cloud = await byNpm();
    cloud.child.kill("SIGTERM");
    await cloud.ended;
    await expectNothingLeft(cloud);
  },
  60_000,
);
