import { expect, it } from "vitest";
import { formatStatus } from "./status.ts";

const mapping = { target: "doorbell-local-order-queue", batches: 1, records: 2, retries: 0, failures: 0 };

it("an event source that is disabled is told as such, and what stands in the way of one in a line", () => {
  const text = formatStatus({
    queues: [],
    topics: [{ name: "alerts", subscriptions: 1 }],
    buses: [{ name: "shop", rules: 2 }],
    schedules: [{ component: "Nightly", expression: "rate(1 day)", next: "2026-01-02T00:00:00.000Z" }],
    functions: [],
    mappings: [
      {
        ...mapping,
        kind: "sns",
        source: "arn:aws:sns:eu-central-2:000000000000:alerts",
        target: "arn:aws:sqs:eu-central-2:000000000000:inbox",
      },
      { ...mapping, kind: "s3", source: "uploads" },
      { ...mapping, kind: "rule", source: "arn:aws:events:eu-central-2:000000000000:rule/shop/placed" },
      { ...mapping, kind: "sqs", source: "arn:aws:sqs:eu-central-2:000000000000:orders", state: "Disabled" },
      {
        ...mapping,
        kind: "dynamodb",
        source: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/latest",
        state: "Enabled",
        problem: "The stream cannot be read.",
      },
    ],
    web: [],
    metrics: [],
  });
  expect(text).toMatch(/^orders .* disabled /m);
  expect(text).toMatch(/^table\/orders\/stream\/latest .* enabled /m);
  expect(text).toMatch(/^alerts +1$/m);
  expect(text).toMatch(/^alerts +inbox +1 /m);
  expect(text).toMatch(/^shop +2$/m);
  expect(text).toMatch(/^rule\/shop\/placed .* 1 /m);
  expect(text).toMatch(/^Nightly +rate\(1 day\) +2026-01-02T00:00:00\.000Z$/m);
  expect(text).toMatch(/^The stream cannot be read\.$/m);
});

it("a DynamoDB Local that does not run is told, and one that was started again", () => {
  const nothing = {
    queues: [],
    topics: [],
    buses: [],
    schedules: [],
    functions: [],
    mappings: [],
    web: [],
    metrics: [],
  };
  const problem = "DynamoDB Local was ended by SIGKILL; it is started again on its data in state/dynamodb.";
  expect(formatStatus({ ...nothing, dynamodb: { restarts: 0, problem } })).toMatch(
    /^Not idle: DynamoDB Local was ended/m,
  );
  expect(formatStatus({ ...nothing, dynamodb: { restarts: 2 } })).toMatch(
    /^DynamoDB Local .* started again; restarts: 2\.$/m,
  );
  expect(formatStatus({ ...nothing, dynamodb: { restarts: 0 } })).not.toMatch(/DynamoDB Local/);
});

it("function URLs and HTTP APIs are shown with their addresses", () => {
  const web = [{ component: "Checkout", url: "http://127.0.0.1:4567/", requests: 12, failures: 1 }];
  const text = formatStatus({
    queues: [],
    topics: [],
    buses: [],
    schedules: [],
    functions: [],
    mappings: [],
    metrics: [],
    web,
  });
  expect(text).toMatch(/^Checkout +http:\/\/127\.0\.0\.1:4567\/ +12 +1$/m);
});
