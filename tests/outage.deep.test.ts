import { it } from "vitest";
import { expectToOutlast } from "./support/outage-history.ts";

it("an outage of the orders table for four hours, under load, loses and doubles nothing, and moves nothing to the dead-letter queue", async () => {
  await expectToOutlast({ hours: 4, scale: 1 / 60, traffic: { files: 60, ordersPerFile: 40 } });
}, 900_000);
