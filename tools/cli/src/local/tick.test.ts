import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { createAdminApi } from "@doorbell/local-cloud/endpoint/admin-api";
import { afterEach, describe, expect, it, vi } from "vitest";
import { tick } from "./tick.ts";

let server: Server | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

/** The local cloud's own API, as far as schedules need it. Returns its port, and what was fired. */
async function serve(): Promise<{ readonly port: number; readonly fired: string[] }> {
  const fired: string[] = [];
  const schedules = [{ name: "nightly-abc", component: "Nightly report", expression: "rate(1 day)" }];
  const api = createAdminApi({
    environment: {},
    status: () => ({}),
    shownGraph: {},
    awaitIdle: () => Promise.resolve(true),
    lambda: {
      async *readLogs() {
        yield* [];
      },
    },
    schedules: {
      tick(name) {
        const found = schedules.some((each) => each.component === name);
        if (found) fired.push(name);
        return found;
      },
      schedules: () => schedules,
    },
  });
  server = createServer((request, response) => void api(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, fired };
}

describe("doorbell tick", () => {
  it.each([
    [false, "Nightly report fired\n"],
    [true, '{"fired":"Nightly report"}\n'],
  ])("fires a schedule of any name, and says so (as JSON: %s)", async (json, said) => {
    const { port, fired } = await serve();
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    await tick("Nightly report", { port, json });
    expect(write.mock.calls).toEqual([[said]]);
    expect(fired).toEqual(["Nightly report"]);
  });

  it("of a schedule that is not there names those that are", async () => {
    const { port, fired } = await serve();
    await expect(tick("Weekly", { port })).rejects.toThrow("There is no schedule Weekly: there are Nightly report.");
    expect(fired).toEqual([]);
  });
});
