import { header } from "@doorbell/upload-ingest/test/testing";
import { line, type OrderId } from "./samples.ts";

/** A file of one order under an odd key, and how it ends. */
export interface KeyCase {
  readonly input: string;
  readonly key: string;
  /** One order by default. */
  readonly contents?: string;
  /**
   * What happened to the object between its event and the read. Such an event is handed to the function by hand,
   * for nobody can win that race at will.
   */
  readonly since?: "deleted" | "overwritten";
  readonly receipt: string;
  readonly orders: readonly string[];
}

/** The contents where a case says nothing else. */
export function oneOrder(id: OrderId): string {
  return `${header}\n${line({ "Order ID": id("only") })}\n`;
}

const done = { receipt: "done", orders: ["only"] };

/** Keys, as S3 takes them. */
export const keys: readonly KeyCase[] = [
  { input: "spaces", key: "in coming/my orders .csv", ...done },
  { input: "`+`", key: "1+1=2++.csv", ...done },
  { input: "`%` and what looks like an escape", key: "100% of%20all%2F%zz.csv", ...done },
  { input: "Unicode, composed (NFC)", key: "Zo\u00eb-\u{1f514}.csv", ...done },
  { input: "the same in the other normal form (NFD): another object", key: "Zoe\u0308-\u{1f514}.csv", ...done },
  { input: "`../`", key: "partners/../../etc/passwd.csv", ...done },
  { input: "a leading slash", key: "/leading.csv", ...done },
  { input: "`&`, `=`, `?`, `#`, quotes and `<`", key: "a&b=c?d#e\"f'g<h>.csv", ...done },
  { input: "1,024 bytes", key: `${"k".repeat(1020)}.csv`, ...done },
  { input: "1,024 bytes in characters of two bytes", key: `${"ü".repeat(510)}.csv`, ...done },
  {
    input: "an object that was deleted between event and read",
    key: "deleted.csv",
    since: "deleted",
    receipt: "refused: deleted since the event",
    orders: [],
  },
  {
    input: "an object that was overwritten between event and read",
    key: "overwritten.csv",
    since: "overwritten",
    receipt: "refused: overwritten since the event; the newer object has its own event",
    orders: [],
  },
  {
    input: "a zero-byte “folder” object",
    key: "partners/2024/",
    contents: "",
    receipt: "refused: a folder, not a file",
    orders: [],
  },
  { input: "a file whose key ends in a slash", key: "partners/2024/orders/", ...done },
];
