/** An SQS event, as both jobs take it. */
export interface Batch {
  readonly Records: readonly object[];
}

/** The batches that are measured. */
export const BATCH_KINDS = ["new", "duplicate", "redelivered", "mixed"] as const;
export type BatchKind = (typeof BATCH_KINDS)[number];
export const BATCH_SIZE = 10;
const MIXED_DUPLICATES = 3;

let messages = 0;

/** The records of one job's batches: the order ids carry the job's name, so that the jobs never meet. */
export function batchesOf(job: string) {
  let orders = 0;
  const fresh = (count: number) => Array.from({ length: count }, () => `${job}-${(orders += 1)}`);
  let last = fresh(0);
  return {
    /** The next batch of a kind; the first one is of new orders. Duplicates repeat the orders of the last new batch. */
    next(kind: BatchKind): Batch {
      if (kind === "new") last = fresh(BATCH_SIZE);
      const ids =
        kind === "mixed" ? [...last.slice(0, MIXED_DUPLICATES), ...fresh(BATCH_SIZE - MIXED_DUPLICATES)] : last;
      return { Records: ids.map((id) => record(id, kind === "redelivered" ? 2 : 1)) };
    },
    /** Two copies of one new order. */
    twins(): Batch {
      const [id = ""] = fresh(1);
      return { Records: [record(id, 1), record(id, 1)] };
    },
  };
}

function record(orderId: string, receiveCount: number): object {
  messages += 1;
  return {
    messageId: `00000000-0000-4000-8000-${String(messages).padStart(12, "0")}`,
    receiptHandle: "receipt",
    body: JSON.stringify(orderPlaced(orderId)),
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: "1767225600000",
      SenderId: "AIDAEXAMPLE",
      ApproximateFirstReceiveTimestamp: "1767225600001",
    },
    messageAttributes: {},
    md5OfBody: "d41d8cd98f00b204e9800998ecf8427e",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-2:000000000000:orders",
    awsRegion: "eu-central-2",
  };
}

/** An order of two lines, as the superstore file has them in the mean. */
function orderPlaced(orderId: string): object {
  return {
    specversion: "1.0",
    id: `placed-${orderId}`,
    source: "bench",
    type: "doorbell.order.placed.v1",
    subject: orderId,
    time: "2026-01-02T03:04:05.000Z",
    datacontenttype: "application/json",
    correlationid: `story-of-${orderId}`,
    data: {
      orderId,
      orderedOn: "2026-01-01",
      shippedOn: "2026-01-04",
      shipMode: "Second Class",
      customer: { id: "CG-12520", name: "A Customer", segment: "Consumer" },
      shipTo: { country: "Switzerland", city: "Bern", postalCode: "3000" },
      currency: "USD",
      lines: [
        {
          productId: "FUR-BO-10001798",
          productName: "A bookcase",
          category: "Furniture",
          quantity: 2,
          amount: "261.96",
        },
        {
          productId: "FUR-CH-10000454",
          productName: "Some chairs",
          category: "Furniture",
          quantity: 3,
          amount: "731.94",
        },
      ],
      total: "993.9",
    },
  };
}
