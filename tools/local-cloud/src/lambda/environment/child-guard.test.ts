import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createChildGuard } from "./child-guard.ts";
import { isAlive, until } from "../../../test/lambda-fixture.ts";

const ways = process.platform === "linux" ? (["kernel", "watchdog"] as const) : (["watchdog"] as const);
const module = fileURLToPath(new URL("child-guard.ts", import.meta.url));

test.each(ways)("a stopped child dies with its parent, killed by SIGKILL (%s)", async (way) => {
  const script = `
    import { createChildGuard } from ${JSON.stringify(module)};
    const guard = await createChildGuard(${JSON.stringify(way)});
    const child = guard.spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1000)"],
      { stdio: ["ignore", "pipe", "ignore"], detached: true, env: { PATH: "/usr/local/bin:/usr/bin:/bin" } });
    child.stdout.once("data", () => { process.kill(-child.pid, "SIGSTOP"); console.log(child.pid); });
  `;
  const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: parent.stdout });
  const pid = Number((await once(lines, "line"))[0]);
  expect(isAlive(pid)).toBe(true);
  const exited = once(parent, "exit");
  parent.kill("SIGKILL");
  await exited;
  await until(() => !isAlive(pid));
});

test.each(ways)("the guard of ended children ends too (%s)", async (way) => {
  const guard = await createChildGuard(way);
  const child = guard.spawn(process.execPath, ["-e", ""], {
    stdio: "ignore",
    detached: true,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  });
  expect(await once(child, "exit")).toEqual([0, null]);
  await guard.stop();
});
