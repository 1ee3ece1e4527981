import { it } from "vitest";
import { expectToOutlast } from "./support/outage-history.ts";

it("an outage of the orders table loses and doubles nothing, and moves nothing to the dead-letter queue but poison, at once", async () => {
  await expectToOutlast({ hours: 2, scale: 1 / 600, traffic: { files: 3, ordersPerFile: 40 } });
}, 180_000);
