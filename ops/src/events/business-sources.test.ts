import { sampleSqsRecord } from "@doorbell/aws-events/testing";
import { checkEvent } from "@doorbell/cli/events/check";
import { ORDER_CANCELLED_TYPE } from "@doorbell/event-contracts/order-cancelled";
import { ORDER_PLACED_TYPE } from "@doorbell/event-contracts/order-placed";
import { sampleEvent } from "@doorbell/event-contracts/sample-events";
import { sampleOrderPlaced } from "@doorbell/event-contracts/testing";
import { expect, test } from "vitest";
import { eventHooks } from "./event-hooks.ts";

const check = (event: unknown, source?: string) => checkEvent(JSON.stringify(event), source, eventHooks.sources);

test.each([ORDER_PLACED_TYPE, ORDER_CANCELLED_TYPE])(
  "a sample of %s is one of orders, and nothing is wrong with it",
  (name) => {
    const checked = check(sampleEvent(name, { seed: 7 }));
    expect(checked).toMatchObject({ source: "orders", issues: [] });
    expect(checked.records).toHaveLength(1);
  },
);

test("the sample of a queue is one that the orders queue takes", () => {
  expect(check(eventHooks.samples?.["sqs"]?.({ count: 2, seed: 7 }))).toMatchObject({ source: "orders", issues: [] });
});

test("a business event by itself is checked as one", () => {
  expect(check(sampleOrderPlaced())).toMatchObject({ source: "cloudevents", issues: [] });
  expect(check(sampleOrderPlaced({ total: "1" }))).toMatchObject({ issues: [{ path: "data.total" }] });
});

test("issues inside of a message are named from the outside in", () => {
  const body = JSON.stringify(sampleOrderPlaced({ currency: "usd" }));
  expect(
    check({ Records: [sampleSqsRecord(), sampleSqsRecord({ body })] }, "orders").issues.map(({ path }) => path),
  ).toEqual(["Records[0].body.specversion", "Records[1].body.data.currency"]);
});
