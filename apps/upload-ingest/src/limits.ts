import { MAX_REASON_BYTES } from "@doorbell/aws-events/describe-issues";
import { MAX_ORDER_EVENT_BYTES, MAX_ORDER_LINES } from "@doorbell/event-contracts/order-placed";

const KIB = 1024;
const MIB = 1024 * KIB;
const GB = 1_000_000_000;

/** A line, and a record whose quoted fields span lines, has at most this many bytes of UTF-8. */
export const LINE_BYTES = MIB;

/**
 * A line of NDJSON has at most this many commas and opening brackets outside its texts: a megabyte of brackets takes a hundred once
 * it is parsed. An order of 500 lines has fewer than 5,000.
 */
export const LINE_VALUES = 20_000;

/** So many lines are read, validated and taken at most before the event loop turns: what is found of them is held together. */
export const STEP_LINES = 250;

/** An order has at most this many lines. */
export const ORDER_LINES = MAX_ORDER_LINES;

/** An order's event has at most this many bytes of UTF-8. */
export const ORDER_EVENT_BYTES = MAX_ORDER_EVENT_BYTES;

/** The lines of an order have at most this many characters together: they are held until its last line is read. */
export const ORDER_TEXT_CHARS = MIB;

/** A file has at most this many bytes, decompressed. */
export const FILE_BYTES = 20 * GB;

/** Beyond {@link INFLATION_FREE_BYTES} a file may inflate to at most this many times its compressed size. */
export const INFLATION_RATIO = 200;

/** So many decompressed bytes are read whatever the ratio. */
export const INFLATION_FREE_BYTES = 64 * MIB;

/** The reasons of one reject, and the reason in a receipt, have at most this many bytes. */
export const REASON_BYTES = MAX_REASON_BYTES;

/** At most this many bytes of a rejected line are kept. */
export const RAW_BYTES = 4 * KIB;

/** At most this many bytes of an unreadable order's id are kept. */
export const REJECTED_ORDER_ID_BYTES = 256;

/** After so many rejected lines the rest of the file is not read: it is another kind of file, or a broken export. */
export const REJECTED_LINES = 1_000_000;

/** `SendMessageBatch` takes ten entries (SQS: Amazon SQS message quotas). */
export const BATCH_ENTRIES = 10;

/** Bytes of all bodies in one `SendMessageBatch`: what every region and every emulator takes; AWS itself allows 1 MiB. */
export const BATCH_BYTES = 256 * KIB;

/** Calls of `SendMessageBatch` that are under way at the same time. */
export const BATCHES_IN_FLIGHT = 4;

/** The checkpoint is saved after every so many orders, so that a crash sends no more than these again. */
export const CHECKPOINT_ORDERS = 5_000;

/** The rejects of one upload go to S3 in parts of this size (S3: 5 MiB to 5 GiB, 10,000 parts). */
export const REJECTS_PART_BYTES = 5 * MIB;

/** A run stops so long before Lambda's deadline: time to hear of the batches under way and to save the checkpoint. */
export const DEADLINE_MARGIN_MS = 10_000;

/** A lease ends so long after its last heartbeat, of which there are three in this time. */
export const LEASE_MS = 10_000;

/**
 * How long a run waits for a lease: to the end of one whose owner has died (a second is the margin for clocks that are apart, another for
 * the way). After a crash the next delivery so goes on, whenever it comes, and spends no retry on finding the upload held by a dead run.
 */
export const LEASE_MAX_WAIT_MS = LEASE_MS + 2_000;

/** Leases are remembered for longer than a failed event may wait in the failure queue (14 days). */
export const LEASE_TTL_SECONDS = 30 * 24 * 3600;
