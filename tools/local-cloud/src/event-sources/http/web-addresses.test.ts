import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { expect, test } from "vitest";
import type { FunctionUrlDefinition } from "../../graph/graph.ts";
import { openWebAddresses } from "./web-addresses.ts";

const url = (component: string): FunctionUrlDefinition => ({
  kind: "function-url",
  component,
  id: component,
  functionName: component,
  streamed: false,
});

/** Three ports in a row, the first of them free, the second taken: found by trying, since nobody can reserve them. */
async function takenAfterFree(): Promise<{ free: number; taken: Server }> {
  for (;;) {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const next = await Promise.all([port - 1, port + 1].map(isFree));
    if (next.every(Boolean)) return { free: port - 1, taken };
    taken.close();
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const free = await Promise.race([
    once(server, "listening").then(() => true),
    once(server, "error").then(() => false),
  ]);
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

test("the ports after the endpoint's are taken in order; in the place of one that is taken a free one, and it is told", async () => {
  const { free, taken } = await takenAfterFree();
  const told: string[] = [];
  const addresses = await openWebAddresses([url("First"), url("Second")], {
    endpointPort: free,
    notice: (sentence) => told.push(sentence),
  });
  const [first, second] = addresses.map(({ server }) => server.port);
  expect(first).not.toBe(free + 1);
  expect(second).toBe(free + 2);
  expect(told).toEqual([`Port ${free + 1} is taken: First answers at another one, which the next boot may change.`]);
  await Promise.all(addresses.map(({ server }) => server.stop()));
  taken.close();
});

test("an endpoint at the last port leaves free ones", async () => {
  const [address] = await openWebAddresses([url("First")], { endpointPort: 65_535, notice: () => {} });
  expect(address?.server.port).toBeGreaterThan(0);
  await address?.server.stop();
});
