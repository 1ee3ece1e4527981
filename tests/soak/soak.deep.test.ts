import { expect, it } from "vitest";
import { chooseSeed } from "../support/seeded-random.ts";
import { soak } from "./soak.ts";

it("loses nothing and doubles nothing in a hundred thousand faulty deliveries", async () => {
  const seed = chooseSeed();
  const { failure } = await soak({ deliveries: 100_000, seed });
  expect(failure?.says ?? [], `DOORBELL_SEED=${seed}`).toEqual([]);
});
