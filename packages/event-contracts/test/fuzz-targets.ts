import { demandRight, type FuzzTarget, neverThrows } from "@doorbell/fuzzing/fuzz-target";
import { mutantsOf } from "@doorbell/fuzzing/mutations";
import * as fc from "fast-check";
import { parseBusinessEvent } from "../src/business-event.ts";
import { ORDER_CANCELLED_TYPE } from "../src/order-cancelled.ts";
import { ORDER_PLACED_TYPE } from "../src/order-placed.ts";
import { sampleOrderCancelled, sampleOrderPlaced } from "../src/testing.ts";
import { expectedBusinessEvent } from "./expected-event.ts";

/** All targets: each mutant gives the right answer or an issue at the place of the mutation, and no text makes the parser throw. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ofBody(ORDER_PLACED_TYPE, sampleOrderPlaced({ shippedOn: "2024-03-02", shipMode: "First Class" })),
  ofBody(ORDER_CANCELLED_TYPE, sampleOrderCancelled()),
  neverThrows("text of an order", sampleOrderPlaced(), (text) => parseBusinessEvent(text)),
  {
    name: "any JSON",
    property: fc.property(fc.jsonValue({ maxDepth: 6 }), (event) => {
      parseBusinessEvent(JSON.stringify(event));
    }),
  },
];

function ofBody(type: string, event: object): FuzzTarget {
  return {
    name: type,
    property: fc.property(mutantsOf(event), ({ path, value }) => {
      const parsed = parseBusinessEvent(JSON.stringify(value));
      // -0 and lost digits are what JSON makes of them before anyone looks.
      const expected = expectedBusinessEvent(type, JSON.parse(JSON.stringify(value)));
      const linked = { amount: ["data", "total"], orderId: ["subject"], lines: ["data", "total"] };
      const related = Object.entries(linked).flatMap(([key, other]) =>
        path.includes(key) || path.includes("lines") ? [other] : [],
      );
      demandRight(parsed, expected, [path, ...related]);
    }),
  };
}
