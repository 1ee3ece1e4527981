import { expect, it } from "vitest";
import { keyOfOrder } from "./named-order.ts";

const find = (...keys: string[]) => keyOfOrder("ORDER-1", { keysOf: async () => keys }, "The stage");

it("an order's id names it where one partner has it, and none where none has", async () => {
  expect(await find("acme/ORDER-1")).toBe("acme/ORDER-1");
  expect(await find()).toBeUndefined();
});

it("an id of several partners is refused, and their keys are listed", async () => {
  await expect(find("acme/ORDER-1", "beta/ORDER-1")).rejects.toThrow(
    "The stage has 2 orders ORDER-1: acme/ORDER-1, beta/ORDER-1; name one of them.",
  );
  const keys = Array.from({ length: 23 }, (_, index) => `p-${index}/ORDER-1`);
  await expect(find(...keys)).rejects.toThrow(/^The stage has 23 orders .*p-19\/ORDER-1 and 3 more; name one/);
});
