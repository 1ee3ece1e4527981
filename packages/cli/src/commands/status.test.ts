import { expect, it } from "vitest";
import { formatStatus } from "./status.ts";

const mapping = { function: "doorbell-local-order-queue", batches: 1, records: 2, retries: 0, failures: 0 };

it("an event source that is disabled is told as such, and what stands in the way of one in a line", () => {
  const text = formatStatus({
    queues: [],
    functions: [],
    mappings: [
      { ...mapping, kind: "s3", source: "uploads" },
      { ...mapping, kind: "sqs", source: "arn:aws:sqs:eu-central-2:000000000000:orders", state: "Disabled" },
      {
        ...mapping,
        kind: "dynamodb",
        source: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/latest",
        state: "Enabled",
        problem: "The stream cannot be read.",
      },
    ],
    metrics: [],
  });
  expect(text).toMatch(/^orders .* disabled /m);
  expect(text).toMatch(/^table\/orders\/stream\/latest .* enabled /m);
  expect(text).toMatch(/^The stream cannot be read\.$/m);
});
