import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Environment } from "@doorbell/cli/aws/environment";
import type { LogEntry } from "@doorbell/cli/operate/trace/log-entry";
import type { Step } from "@doorbell/cli/operate/trace/step";
import { parseJson } from "@doorbell/cli/parse-json";
import { readOrderKey } from "@doorbell/event-contracts/order-key";
import { isUploadLogEvent } from "@doorbell/upload-ingest/log-events";
import * as v from "valibot";
import { pipelineNames } from "../pipeline-names.ts";
import type { StoredReceipt } from "../stored-records.ts";

/** Rejected lines of one upload that are looked through. */
const MAX_READ = 100_000;
/** Rejected lines that one story tells. */
export const MAX_REJECTED_LINES = 50;

const rejectSchema = v.looseObject({
  line: v.number(),
  orderId: v.optional(v.string()),
  reasons: v.array(v.looseObject({ path: v.string(), expected: v.string() })),
});

/** A line of a file that was rejected. What stood in it is left out: it may be personal data. */
export interface RejectedLine {
  readonly upload: StoredReceipt;
  readonly line: number;
  readonly orderId?: string;
  readonly why: string;
}

/** Finds the rejected lines of an upload, the first ones first. */
export interface RejectedLines {
  /** All of them, or those of one order: `partner/order id`, or the id alone. */
  find(upload: StoredReceipt, order?: string): Promise<readonly RejectedLine[]>;
}

/** Opens the rejects bucket. Needs `s3:GetObject`. At most 50 lines are found, among the first 100,000 of an upload. */
export function openRejectedLines(environment: Environment): RejectedLines {
  const { s3 } = environment;
  const { REJECTS_BUCKET: Bucket } = pipelineNames(environment);

  async function* linesOf({ rejectsKey }: StoredReceipt): AsyncGenerator<string> {
    if (rejectsKey === undefined) return;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: rejectsKey }));
    if (Body instanceof Readable) yield* createInterface({ input: Body, crlfDelay: Infinity });
  }

  return {
    async find(upload, order) {
      const found: RejectedLine[] = [];
      let read = 0;
      for await (const text of linesOf(upload)) {
        read += 1;
        const reject = v.safeParse(rejectSchema, parseJson(text));
        if (reject.success && (order === undefined || isOf(order, upload.partner, reject.output.orderId))) {
          const { line, orderId, reasons } = reject.output;
          const why = reasons
            .map(({ path, expected }) => `${path === "" ? "" : `${path}: `}expected ${expected}`)
            .join("; ");
          found.push({ upload, line, why, ...(orderId !== undefined && { orderId }) });
        }
        if (found.length >= MAX_REJECTED_LINES || read >= MAX_READ) break;
      }
      return found;
    },
  };
}

function isOf(order: string, partner: string, orderId: string | undefined): boolean {
  if (orderId === undefined) return false;
  const identity = readOrderKey(order);
  return order === orderId || (identity?.partner === partner && identity.orderId === orderId);
}

/** What is told of rejected lines: each when its file had been read, as far as the log says. */
export function rejectedSteps(lines: readonly RejectedLine[], entries: readonly LogEntry[]): Step[] {
  return lines.map(({ upload, line, orderId, why }) => {
    const read = entries.findLast(
      (entry) => isUploadLogEvent(entry) && entry.event === "upload.handled" && entry["correlationId"] === upload.id,
    );
    const what = orderId === undefined ? `line ${line}` : `line ${line} (order ${orderId})`;
    const says = `${what} of ${upload.key} was refused: ${why}`;
    return { at: read?.timestamp ?? upload.eventTime, service: "rejects bucket", kind: "refused", says };
  });
}
