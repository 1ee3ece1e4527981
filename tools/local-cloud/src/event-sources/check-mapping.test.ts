import { describe, expect, test } from "vitest";
import type { QueueMapping, StreamMapping } from "../graph/graph.ts";
import { checkMappings } from "./check-mapping.ts";
import { InvalidMapping } from "./invalid-mapping.ts";

const queueArn = "arn:aws:sqs:eu-central-2:000000000000:orders";
const topicArn = "arn:aws:sns:eu-central-2:000000000000:failures";
const common = {
  uuid: "11111111-1111-4111-8111-111111111111",
  functionName: "order-queue",
  functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:order-queue",
  enabled: true,
  batchSize: 10,
  maximumBatchingWindowSeconds: 0,
  reportBatchItemFailures: true,
  filters: [],
};
const queueMapping: QueueMapping = { ...common, kind: "sqs", eventSourceArn: queueArn };
const streamMapping: StreamMapping = {
  ...common,
  kind: "dynamodb",
  eventSourceArn: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/latest",
  tableName: "orders",
  startingPosition: "LATEST",
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  bisectBatchOnFunctionError: false,
};

function check(mapping: QueueMapping | StreamMapping, queue: { visibilityTimeoutSeconds?: number; arn?: string } = {}) {
  checkAll([mapping], queue);
}

function checkAll(
  mappings: readonly (QueueMapping | StreamMapping)[],
  queue: { visibilityTimeoutSeconds?: number; arn?: string } = {},
) {
  checkMappings(mappings, {
    functions: ["order-queue", "other"].map((name) => ({ name, timeoutSeconds: 30 })),
    queues: [{ arn: queueArn, visibilityTimeoutSeconds: 180, ...queue }],
    tables: [{ name: "orders", streamView: "NEW_IMAGE" }, { name: "uploads" }],
    topics: [{ arn: topicArn }],
  });
}

describe("a queue's mapping", () => {
  test("is created where the visibility timeout is the function's timeout", () => {
    expect(() => check(queueMapping, { visibilityTimeoutSeconds: 30 })).not.toThrow();
  });

  test("is created at Lambda's limits", () => {
    const largest = { batchSize: 10_000, maximumBatchingWindowSeconds: 300, maximumConcurrency: 1_000 };
    const smallest = { batchSize: 1, maximumConcurrency: 2 };
    const windowless = { batchSize: 11, maximumBatchingWindowSeconds: 1 };
    const provisioned = { provisionedPollers: { minimum: 200, maximum: 2_000 } };
    const fewest = { provisionedPollers: { minimum: 2, maximum: 2 } };
    for (const limits of [largest, smallest, windowless, provisioned, fewest])
      expect(() => check({ ...queueMapping, ...limits })).not.toThrow();
  });

  test("is refused where the visibility timeout is less, naming both", () => {
    expect(() => check(queueMapping, { visibilityTimeoutSeconds: 29 })).toThrow(
      /visibility timeout \(29 s\) is less than the function's timeout \(30 s\)/,
    );
  });

  // AWS: with-sqs, "Using Lambda with Amazon SQS", batching.
  test("of a FIFO queue takes batches of up to 10 and has no window", () => {
    const mapping = { ...queueMapping, eventSourceArn: `${queueArn}.fifo` };
    const fifo = { arn: mapping.eventSourceArn };
    expect(() => check({ ...mapping, batchSize: 10 }, fifo)).not.toThrow();
    expect(() => check({ ...mapping, batchSize: 11 }, fifo)).toThrow("at most 10 messages, not 11");
    expect(() => check({ ...mapping, maximumBatchingWindowSeconds: 1 }, fifo)).toThrow("no batching window");
  });

  test.each([
    ["a function that does not exist", { functionName: "nobody" }],
    ["a queue that does not exist", { eventSourceArn: `${queueArn}-2` }],
    ["a batch size above 10 without a window", { batchSize: 11 }],
    ["a batch size above 10,000", { batchSize: 10_001, maximumBatchingWindowSeconds: 1 }],
    ["a batch size of 0", { batchSize: 0 }],
    ["a window above 300 s", { maximumBatchingWindowSeconds: 301 }],
    ["a maximum concurrency of 1", { maximumConcurrency: 1 }],
    ["a maximum concurrency above 1,000", { maximumConcurrency: 1_001 }],
    ["a minimum of one poller", { provisionedPollers: { minimum: 1, maximum: 2 } }],
    ["a maximum above 2,000 pollers", { provisionedPollers: { minimum: 2, maximum: 2_001 } }],
    ["fewer pollers at most than at least", { provisionedPollers: { minimum: 3, maximum: 2 } }],
    ["pollers beside a maximum concurrency", { maximumConcurrency: 2, provisionedPollers: { minimum: 2, maximum: 2 } }],
  ])("is refused for %s", (_, part) => {
    expect(() => check({ ...queueMapping, ...part })).toThrow(InvalidMapping);
  });

  test.each([
    ["a function that does not exist", { functionName: "nobody" }, "Function does not exist"],
    ["a queue that does not exist", { eventSourceArn: `${queueArn}-2` }, "The specified queue does not exist."],
    ["more than five filters", { filters: Array<string>(6).fill('{"body":["a"]}') }, "it has 6 filters"],
    ["a filter that is no pattern", { filters: ['{"body":[]}'] }, "Invalid filter pattern definition. Empty arrays"],
  ])("is refused for %s in AWS's words", (_, part, reason) => {
    expect(() => check({ ...queueMapping, ...part })).toThrow(reason);
  });

  test("is created with five filters", () => {
    expect(() => check({ ...queueMapping, filters: Array<string>(5).fill('{"body":["a"]}') })).not.toThrow();
  });

  test("is refused for a filter with the filter's own refusal as its cause", () => {
    const refused = () => check({ ...queueMapping, filters: ['{"body":[{"wildcard":"a*"}]}'] });
    expect(refused).toThrow(expect.objectContaining({ code: "INVALID_MAPPING", eventSourceArn: queueArn }));
    expect(refused).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: "INVALID_PATTERN", path: "body[0]" }) }),
    );
  });
});

describe("the same source mapped twice to a function", () => {
  const uuid = "22222222-2222-4222-8222-222222222222";

  test("is refused with AWS's sentence for a queue, which names the first", () => {
    expect(() => checkAll([queueMapping, { ...queueMapping, uuid }])).toThrow(
      `An event source mapping with SQS arn (" ${queueArn} ") and function (" order-queue ") already exists. Please update or delete the existing mapping with UUID ${common.uuid} (409 ResourceConflictException)`,
    );
  });

  test("is refused with AWS's sentence for a stream", () => {
    expect(() => checkAll([streamMapping, { ...streamMapping, uuid }])).toThrow(
      `The event source arn (" ${streamMapping.eventSourceArn} ") and function (" order-queue ") provided mapping already exists.`,
    );
  });

  test("is no conflict for two functions, or two sources", () => {
    expect(() => checkAll([queueMapping, streamMapping, { ...streamMapping, functionName: "other" }])).not.toThrow();
  });
});

describe("a stream's mapping", () => {
  test.each(["nowhere", "uploads"])("is refused where the table %s has no stream", (tableName) => {
    expect(() => check({ ...streamMapping, tableName })).toThrow(`Stream not found: ${streamMapping.eventSourceArn}`);
  });

  test("is created with Lambda's defaults", () => {
    expect(() => check(streamMapping)).not.toThrow();
  });

  test("is created at Lambda's limits", () => {
    const largest = {
      batchSize: 10_000,
      maximumBatchingWindowSeconds: 300,
      parallelizationFactor: 10,
      maximumRetryAttempts: 10_000,
      maximumRecordAgeSeconds: 604_800,
    };
    const smallest = { batchSize: 1, maximumRetryAttempts: 0, maximumRecordAgeSeconds: 60 };
    for (const limits of [largest, smallest]) expect(() => check({ ...streamMapping, ...limits })).not.toThrow();
  });

  test("may end its failures in a queue or a bucket", () => {
    expect(() => check({ ...streamMapping, onFailure: queueArn })).not.toThrow();
    expect(() => check({ ...streamMapping, onFailure: "arn:aws:s3:::failures" })).not.toThrow();
  });

  test("may not end its failures in a FIFO queue", () => {
    const arn = `${queueArn}.fifo`;
    expect(() => check({ ...streamMapping, onFailure: arn }, { arn })).toThrow(/FIFO/);
  });

  test("is created with an on-failure topic", () => {
    expect(() => check({ ...streamMapping, onFailure: topicArn })).not.toThrow();
  });

  test.each([
    ["an on-failure queue that does not exist", { onFailure: `${queueArn}-2` }],
    ["an on-failure topic that does not exist", { onFailure: `${topicArn}-2` }],
    ["a batch size above 10,000", { batchSize: 10_001 }],
    ["a parallelization factor of 0", { parallelizationFactor: 0 }],
    ["a parallelization factor above 10", { parallelizationFactor: 11 }],
    ["retries below −1", { maximumRetryAttempts: -2 }],
    ["more than 10,000 retries", { maximumRetryAttempts: 10_001 }],
    ["a record age below a minute", { maximumRecordAgeSeconds: 59 }],
    ["a record age above a week", { maximumRecordAgeSeconds: 604_801 }],
    [
      "a destination that is neither queue, topic nor bucket",
      { onFailure: "arn:aws:lambda:eu-central-2:000000000000:function:x" },
    ],
  ])("is refused for %s", (_, part) => {
    expect(() => check({ ...streamMapping, ...part })).toThrow(InvalidMapping);
  });
});
