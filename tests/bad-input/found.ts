import { describeIssues } from "@doorbell/aws-events/describe-issues";
import { readOrderKey } from "@doorbell/event-contracts/order-key";
import * as v from "valibot";
import type { Pipeline, QueuedMessage } from "./pipeline.ts";

const receiptSchema = v.looseObject({
  key: v.string(),
  partner: v.string(),
  status: v.string(),
  reason: v.optional(v.string()),
  rejectedLines: v.number(),
  rejectsKey: v.optional(v.string()),
});
const rejectSchema = v.object({
  line: v.number(),
  orderId: v.optional(v.string()),
  reasons: v.array(v.object({ path: v.string(), expected: v.string(), received: v.string() })),
  raw: v.string(),
});
const orderSchema = v.looseObject({ id: v.string(), version: v.number() });
const entrySchema = v.looseObject({
  orderKey: v.string(),
  version: v.number(),
  changes: v.array(v.object({ path: v.string(), before: v.optional(v.string()), after: v.optional(v.string()) })),
});
const failureSchema = v.object({ reason: v.string(), service: v.literal("change-audit"), record: v.looseObject({}) });
const failedUploadSchema = v.looseObject({ requestPayload: v.unknown() });

/** Everything that came out of the pipeline, read once when it is idle. */
export async function readFound(pipeline: Pipeline) {
  const receipts = (await pipeline.items("UPLOADS_TABLE")).map((item) => v.parse(receiptSchema, item));
  const rejectObjects = await pipeline.objects("REJECTS_BUCKET");
  const failures = await pipeline.objects("FAILURES_BUCKET");
  const failedUploads = await pipeline.take("UPLOAD_FAILURES_QUEUE_URL");
  return {
    /** Orders as they are stored; other items of the table are left out. */
    orders: (await pipeline.items("ORDERS_TABLE")).flatMap((item) =>
      v.is(orderSchema, item) ? [{ ...item, ...orderIn(item.id) }] : [],
    ),
    auditEntries: (await pipeline.items("AUDIT_TABLE")).map((item) => v.parse(entrySchema, item)),
    /** What lay in the DLQ. */
    parked: await pipeline.take("ORDERS_DLQ_URL"),
    /** Stream records that were parked in the failures bucket. */
    failures: [...failures.values()].map((object) => v.parse(failureSchema, JSON.parse(object))),
    /** Records of asynchronous invocations that were given up. */
    failedUploads: failedUploads.map(({ body }) => v.parse(failedUploadSchema, JSON.parse(body))),
    /** Whose every receipt of a key is. */
    partnersOf: (key: string) => receipts.filter((receipt) => receipt.key === key).map(({ partner }) => partner),
    /** Status and reason of every receipt of a key. */
    receiptsOf: (key: string) =>
      receipts
        .filter((receipt) => receipt.key === key)
        .map(({ status, reason }) => (reason === undefined ? status : `${status}: ${reason}`)),
    /** What the rejects of a key's upload say; their number is checked against the receipt. */
    rejectsOf(key: string) {
      const receipt = receipts.find((each) => each.key === key);
      const lines = (rejectObjects.get(receipt?.rejectsKey ?? "") ?? "").split("\n").filter((line) => line !== "");
      const rejects = lines.map((line) => v.parse(rejectSchema, JSON.parse(line)));
      if (rejects.length !== receipt?.rejectedLines) throw new Error(`${rejects.length} rejects of ${key}`);
      return describeLines(rejects);
    },
  };
}

/** What a key of the orders table names; an item that a case put there by hand has no partner. */
function orderIn(key: string) {
  return readOrderKey(key) ?? { partner: undefined, orderId: key };
}

/** Why a message was parked. Keys and fingerprints are left out: nobody knows them by heart. */
export function reasonOf({ attributes }: QueuedMessage): string | undefined {
  return attributes["DoorbellReason"]?.replaceAll(/^\S+\/\S+(?= is stored)|[0-9a-f]{64}/g, "…");
}

/** `line 3: …`; lines that follow one another and say the same are put together: `lines 3 to 5: …`. */
function describeLines(rejects: readonly v.InferOutput<typeof rejectSchema>[]): string[] {
  const runs: { first: number; last: number; text: string }[] = [];
  for (const { line, reasons } of rejects.toSorted((a, b) => a.line - b.line)) {
    const text = describeIssues(reasons, Number.MAX_SAFE_INTEGER);
    const run = runs.at(-1);
    if (run?.text === text && line === run.last + 1) run.last = line;
    else runs.push({ first: line, last: line, text });
  }
  return runs.map(
    ({ first, last, text }) => `${first === last ? `line ${first}` : `lines ${first} to ${last}`}: ${text}`,
  );
}
