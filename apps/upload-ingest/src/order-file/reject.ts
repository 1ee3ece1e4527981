import { cutToBytes } from "@doorbell/aws-events/describe-issues";
import type { Issue } from "@doorbell/aws-events/parsed";
import { RAW_BYTES, REASON_BYTES, REJECTED_ORDER_ID_BYTES } from "../limits.ts";

/** One line of the file (or one record, where quoted fields span lines): `line` is its first line, counted from 1. */
export interface Line {
  readonly line: number;
  /** As it was read, without its line end. Personal data: never log it. */
  readonly raw: string;
}

/** A rejected line, as it goes to the rejects bucket. */
export interface Reject extends Line {
  /** Where it could be read. */
  readonly orderId?: string;
  readonly reasons: readonly Issue[];
}

/** A reject within its limits: 4 KB of the raw text, 1 KB of reasons, at least one reason. */
export function reject(line: Line, reasons: readonly Issue[], orderId?: string): Reject {
  return {
    line: line.line,
    ...(orderId !== undefined && orderId !== "" && { orderId: cutToBytes(orderId, REJECTED_ORDER_ID_BYTES) }),
    reasons: withinLimit(reasons),
    raw: cutToBytes(line.raw, RAW_BYTES),
  };
}

/** Rejects the lines of an order that have no fault of their own, because of one that has. */
export function rejectWithOrder(lines: readonly Line[], faultyLine: number, orderId: string): Reject[] {
  return lines.map((line) => reject(line, [sameOrderRejected(faultyLine)], orderId));
}

/** The reason for a line without a fault, whose order is rejected for another line's fault. */
export function sameOrderRejected(faultyLine: number): Issue {
  return {
    path: "",
    expected: "an order of which every line is accepted",
    received: `line ${faultyLine} of the same order was rejected`,
  };
}

function withinLimit(reasons: readonly Issue[]): readonly Issue[] {
  let bytes = 0;
  const kept = reasons.filter((reason, index) => {
    bytes += Buffer.byteLength(JSON.stringify(reason)) + 1;
    return index === 0 || bytes <= REASON_BYTES;
  });
  return kept;
}
