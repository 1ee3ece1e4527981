/** How an upload stands. Only `processing` is not final. */
export type ReceiptStatus =
  /** A run is under way, or was broken off and will be repeated. */
  | "processing"
  /** Read to its end: every line ended as part of an order or as a reject. */
  | "done"
  /** Not taken at all: nothing was sent. */
  | "refused"
  /** Read up to a break; what was found before it was sent, the reject of the highest line names where it was. */
  | "incomplete";

/** What is known of one upload. */
export interface Receipt {
  /** The upload's id. */
  readonly id: string;
  readonly correlationId: string;
  readonly bucket: string;
  readonly key: string;
  /** Whose orders the file holds. */
  readonly partner: string;
  readonly eTag?: string;
  readonly versionId?: string;
  /** Bytes as stored. */
  readonly size?: number;
  /** When S3 finished the upload. */
  readonly eventTime: string;
  readonly status: ReceiptStatus;
  /** Why it was refused or is incomplete. */
  readonly reason?: string;
  readonly format?: "csv" | "ndjson";
  /** Lines with content, without a header. */
  readonly lines: number;
  /** Orders that were sent. */
  readonly orders: number;
  readonly rejectedLines: number;
  /** Where the rejects are, in the rejects bucket. */
  readonly rejectsKey?: string;
  /** SHA-256 of the bytes as stored, where all of them were read. */
  readonly sha256?: string;
  /** So many valid orders from the file's beginning need not be sent again. */
  readonly checkpoint: number;
  /** The fencing number of the run that wrote it. */
  readonly fence: number;
}

/** Where receipts are kept. */
export interface Receipts {
  /** The receipt as it is now. */
  find(uploadId: string): Promise<Receipt | undefined>;
  /** Writes it whole. @throws ReceiptFenced where a run with a higher fencing number has written it */
  save(receipt: Receipt): Promise<void>;
}

/** A later run has taken the upload over; this one must stop. */
export class ReceiptFenced extends Error {
  readonly code = "RECEIPT_FENCED";
  readonly uploadId: string;
  readonly fence: number;

  constructor(facts: { uploadId: string; fence: number; cause: unknown }) {
    super(`A later run than ${facts.fence} has taken over upload ${facts.uploadId}`, { cause: facts.cause });
    this.name = "ReceiptFenced";
    this.uploadId = facts.uploadId;
    this.fence = facts.fence;
  }
}
