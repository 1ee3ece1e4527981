import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";

const running = { isIdle: () => false, timeoutMs: 30_000, signal: new AbortController().signal };

test("gives what the assertion gives, the first time that it does not throw", async () => {
  let tries = 0;
  const third = () => {
    tries += 1;
    if (tries < 3) throw new Error("too early");
    return tries;
  };
  expect(await eventually(third, running)).toBe(3);
});

test("gives up with the last error once nothing is left to do, after one more try", async () => {
  let idle = false;
  const tries: boolean[] = [];
  const never = async () => {
    tries.push(idle);
    if (tries.length === 2) idle = true;
    throw new Error(`try ${tries.length}`);
  };
  await expect(eventually(never, { ...running, isIdle: () => idle })).rejects.toMatchObject({
    code: "NEVER_HELD",
    message: "The assertion did not hold although the local cloud has nothing left to do: try 3",
    cause: { message: "try 3" },
  });
  expect(tries).toEqual([false, false, true]);
});

test("gives up when the time is over, and when the cloud is stopped", async () => {
  const never = () => {
    throw new Error("never");
  };
  await expect(eventually(never, { ...running, timeoutMs: 1 })).rejects.toThrow("did not hold within 1 ms: never");
  await expect(eventually(never, { ...running, signal: AbortSignal.abort() })).rejects.toThrow("was stopped: never");
});
