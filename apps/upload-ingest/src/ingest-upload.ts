import type { Invocation } from "@doorbell/batch/invocation";
import { cutToBytes } from "@doorbell/aws-events/describe-issues";
import type { ObjectEvent } from "@doorbell/aws-events/s3";
import { isPartner, MAX_PARTNER_CHARS } from "@doorbell/event-contracts/partner";
import type { Lease, LeaseHandle } from "@doorbell/idempotency/lease";
import { ingestFile, type Ingested, RunInterrupted } from "./ingest-file.ts";
import { logUploadEvent } from "./log-events.ts";
import { LEASE_MAX_WAIT_MS, REASON_BYTES } from "./limits.ts";
import { ObjectGone, type ObjectSource } from "./stored-object/object-source.ts";
import type { OrdersOutlet } from "./sending/orders-outlet.ts";
import type { Receipt, Receipts } from "./records/receipts.ts";
import type { Rejects } from "./records/rejects.ts";
import { type Upload, uploadOf } from "./upload.ts";
import type { UploadCount } from "./metrics.ts";

/** What handling an upload needs. */
export interface IngestPorts {
  /** The bucket of the uploads: events of another one are refused. */
  readonly bucket: string;
  readonly objects: ObjectSource;
  /** Opens the way of a partner's orders to the queue. */
  readonly outletOf: (partner: string) => OrdersOutlet;
  readonly rejects: Rejects;
  readonly receipts: Receipts;
  readonly lease: Lease;
}

/**
 * Handles one upload: its orders go out, its rejected lines are kept, its receipt says how it ended.
 *
 * A repeated event of an upload that has ended does nothing. One that comes while another run is under way throws, so that Lambda
 * delivers it later; one that finds the lease of a run that died waits for its end. A run that crashed or ran out of time is repeated from the file's beginning without sending the orders before
 * its checkpoint; those after it may be sent twice, with the same event ids.
 *
 * @throws NotAnUpload; UploadBusy; UploadUnfinished, whose cause says why; what the lease throws
 */
export function ingestUpload(ports: IngestPorts) {
  return async (event: ObjectEvent, invocation: Invocation<UploadCount>): Promise<void> => {
    const upload = uploadOf(event, ports.bucket);
    const log = invocation.log.child({ correlationId: upload.id, partner: upload.partner });
    logUploadEvent(log, { event: "upload.received" });
    const request = {
      key: `upload-ingest#${upload.id}`,
      fingerprint: upload.id,
      remainingMs: invocation.remainingMs,
      maxWaitMs: LEASE_MAX_WAIT_MS,
    };
    const outcome = await ports.lease
      .run(request, (handle) => runUpload(ports, upload, handle, invocation))
      .catch((error: unknown) => {
        // The handler's own line does not know the upload.
        logUploadEvent(log, { event: "upload.unfinished", err: error });
        throw error;
      });
    if (outcome.kind === "busy") {
      logUploadEvent(log, { event: "upload.busy", until: new Date(outcome.untilMs).toISOString() });
      throw new UploadBusy({ uploadId: upload.id, untilMs: outcome.untilMs });
    }
    if (outcome.kind === "applied") return logUploadEvent(log, { event: "upload.handled", ...outcome.result });
    logUploadEvent(log, { event: "upload.duplicate", outcome: outcome.kind });
    invocation.metrics.count("Duplicates");
  };
}

async function runUpload(
  ports: IngestPorts,
  upload: Upload,
  { fence, signal }: LeaseHandle,
  invocation: Invocation<UploadCount>,
) {
  const { receipts } = ports;
  const earlier = await receipts.find(upload.id);
  // A run that crashed between its receipt and the end of its lease: there is nothing left to do.
  if (earlier !== undefined && earlier.status !== "processing") return countsOf(earlier);
  const begun = newReceipt(upload, fence, earlier?.checkpoint ?? 0);
  await receipts.save(begun);
  try {
    const stop = AbortSignal.any([signal, invocation.signal]);
    const ingested = await ingest(ports, upload, begun, { signal: stop, remainingMs: invocation.remainingMs });
    const receipt = ended(begun, ingested);
    await receipts.save(receipt);
    invocation.metrics.count("RejectedLines", receipt.rejectedLines);
    return countsOf(receipt);
  } catch (error) {
    const reached = error instanceof RunInterrupted ? error.checkpoint : 0;
    const checkpoint = Math.max(begun.checkpoint, reached);
    const failures = [error];
    if (reached > begun.checkpoint) {
      await receipts.save({ ...begun, checkpoint }).catch((failure: unknown) => failures.push(failure));
    }
    const cause = failures.length === 1 ? error : new AggregateError(failures, "nor could the checkpoint be saved");
    throw new UploadUnfinished({ uploadId: upload.id, checkpoint, cause });
  }
}

async function ingest(
  { objects, outletOf, rejects, receipts }: IngestPorts,
  upload: Upload,
  begun: Receipt,
  time: { readonly signal: AbortSignal; readonly remainingMs: () => number },
): Promise<Ingested> {
  const { partner } = upload;
  if (!isPartner(partner)) return refused(noPartner(partner));
  if (upload.size === 0) return refused(upload.key.endsWith("/") ? "a folder, not a file" : "empty");
  try {
    return await ingestFile({
      upload,
      stored: await objects.open(upload, time.signal),
      outlet: outletOf(upload.partner),
      rejects: rejects.open(upload.id),
      checkpoint: begun.checkpoint,
      ...time,
      saveCheckpoint: (checkpoint) => receipts.save({ ...begun, checkpoint }),
    });
  } catch (error) {
    if (error instanceof ObjectGone) return refused(error.reason);
    throw error;
  }
}

function refused(reason: string): Ingested {
  return { status: "refused", reason, lines: 0, orders: 0, rejectedLines: 0 };
}

function noPartner(name: string): string {
  return `its folder names no partner: ${name.length} characters, percent-encoded, where at most ${MAX_PARTNER_CHARS} are taken`;
}

function newReceipt({ version: _version, ...upload }: Upload, fence: number, checkpoint: number): Receipt {
  return {
    ...upload,
    correlationId: upload.id,
    status: "processing",
    lines: 0,
    orders: 0,
    rejectedLines: 0,
    checkpoint,
    fence,
  };
}

function ended(begun: Receipt, ingested: Ingested): Receipt {
  const { reason } = ingested;
  return {
    ...begun,
    ...ingested,
    ...(reason !== undefined && { reason: cutToBytes(reason, REASON_BYTES) }),
    checkpoint: ingested.orders,
  };
}

/** What may be logged of an upload: no reason, since one may quote the file. */
function countsOf({ status, format, lines, orders, rejectedLines }: Receipt) {
  return { status, ...(format !== undefined && { format }), lines, orders, rejectedLines };
}

/** Another run is handling this upload. Lambda delivers the event again, by when it has ended. */
export class UploadBusy extends Error {
  readonly code = "UPLOAD_BUSY";
  readonly uploadId: string;
  readonly untilMs: number;

  constructor(facts: { uploadId: string; untilMs: number }) {
    super(`Upload ${facts.uploadId} is being handled by another run`);
    this.name = "UploadBusy";
    this.uploadId = facts.uploadId;
    this.untilMs = facts.untilMs;
  }
}

/** The upload was not handled to its end; a retry goes on after the first `checkpoint` orders. */
export class UploadUnfinished extends Error {
  readonly code = "UPLOAD_UNFINISHED";
  readonly uploadId: string;
  readonly checkpoint: number;

  constructor(facts: { uploadId: string; checkpoint: number; cause: unknown }) {
    super(`Upload ${facts.uploadId} is unfinished; a retry goes on after ${facts.checkpoint} orders`, {
      cause: facts.cause,
    });
    this.name = "UploadUnfinished";
    this.uploadId = facts.uploadId;
    this.checkpoint = facts.checkpoint;
  }
}
