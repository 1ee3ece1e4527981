import { header } from "@doorbell/upload-ingest/test/testing";
import { line, type OrderId } from "./samples.ts";

/** A file of one order under an odd key, and how it ends. */
export interface KeyCase {
  readonly input: string;
  readonly key: string;
  /** Whose file it is. */
  readonly partner: string;
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
  { input: "spaces", key: "in coming/my orders .csv", partner: "in%20coming", ...done },
  { input: "`+`", key: "1+1=2++.csv", partner: "default", ...done },
  { input: "`%` and what looks like an escape", key: "100% of%20all%2F%zz.csv", partner: "default", ...done },
  { input: "Unicode, composed (NFC)", key: "Zo\u00eb-\u{1f514}.csv", partner: "default", ...done },
  {
    input: "the same in the other normal form (NFD): another object",
    key: "Zoe\u0308-\u{1f514}.csv",
    partner: "default",
    ...done,
  },
  { input: "`../`", key: "partners/../../etc/passwd.csv", partner: "partners", ...done },
  { input: "a leading slash", key: "/leading.csv", partner: "default", ...done },
  { input: "a folder in Unicode (NFC)", key: "Zo\u00eb/orders.csv", partner: "Zo%C3%AB", ...done },
  { input: "the same in NFD: another partner", key: "Zoe\u0308/orders.csv", partner: "Zoe%CC%88", ...done },
  { input: "a folder with what looks like an escaped slash", key: "a%2Fb/orders.csv", partner: "a%252Fb", ...done },
  { input: "two slashes after the folder", key: "acme//orders.csv", partner: "acme", ...done },
  {
    input: "a folder of 22 characters that come to 132, percent-encoded",
    key: `${"é".repeat(22)}/orders.csv`,
    partner: "%C3%A9".repeat(22),
    receipt: "refused: its folder names no partner: 132 characters, percent-encoded, where at most 128 are taken",
    orders: [],
  },
  { input: "`&`, `=`, `?`, `#`, quotes and `<`", key: "a&b=c?d#e\"f'g<h>.csv", partner: "default", ...done },
  { input: "1,024 bytes", key: `${"k".repeat(1020)}.csv`, partner: "default", ...done },
  { input: "1,024 bytes in characters of two bytes", key: `${"ü".repeat(510)}.csv`, partner: "default", ...done },
  {
    input: "an object that was deleted between event and read",
    key: "deleted.csv",
    partner: "default",
    since: "deleted",
    receipt: "refused: deleted since the event",
    orders: [],
  },
  {
    input: "an object that was overwritten between event and read",
    key: "overwritten.csv",
    partner: "default",
    since: "overwritten",
    receipt: "refused: overwritten since the event; the newer object has its own event",
    orders: [],
  },
  {
    input: "a zero-byte “folder” object",
    key: "partners/2024/",
    partner: "partners",
    contents: "",
    receipt: "refused: a folder, not a file",
    orders: [],
  },
  { input: "a file whose key ends in a slash", key: "partners/2024/orders/", partner: "partners", ...done },
];
