import { afterEach, describe, expect, it } from "vitest";
import { byNpm, byPnpm, chainOf, expectNothingLeft, killStarted } from "./support/launched-cloud.ts";

afterEach(killStarted);

describe.runIf(process.platform === "linux")("kill -9 of one process leaves nothing of the cloud", () => {
  it.each([
    ["npm", byNpm],
    ["npx and pnpm", byPnpm],
  ] as const)(
    "of those between the terminal and the cloud, started by %s",
    async (_, start) => {
      let links = 1;
      for (let link = 0; link < links; link += 1) {
        const cloud = await start();
        const chain = chainOf(cloud);
        links = chain.length;
        // The package manager, the script and the command at least; mostly with a shell between.
        expect(links).toBeGreaterThanOrEqual(3);
        const { pid = 0, command = "" } = chain[link] ?? {};
        process.kill(pid, "SIGKILL");
        expect(await cloud.tree.survivors(30_000), `after the death of ${command}`).toEqual([]);
        await expectNothingLeft(cloud);
      }
    },
    240_000,
  );
});
