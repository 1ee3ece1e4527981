import { expect, it } from "vitest";
import { orderHooks } from "./order-hooks.ts";

it.each([
  ['{"source":"acme","subject":"A"}', "order acme/A"],
  ['{"subject":"A"}', "a message that names no order"],
  ["{", "a message that names no order"],
  ["{}", "a message that names no order"],
])("%j is %s", (content, what) => {
  const { about } = orderHooks({ store: { read: () => Promise.resolve([]) }, ordersTable: "orders" });
  expect(about?.(content)).toBe(what);
});
