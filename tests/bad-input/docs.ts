import * as contract from "@doorbell/event-contracts/order-placed";
import { MAX_PARTNER_CHARS } from "@doorbell/event-contracts/partner";
import * as limits from "@doorbell/upload-ingest/limits";
import { files } from "./files.ts";
import { errorOf, invocations } from "./invocations.ts";
import { keys } from "./keys.ts";
import { messages } from "./messages.ts";
import { streamRecords } from "./stream-records.ts";

const MIB = 1024 * 1024;

/** The limits of the design, each with its constant. */
const LIMITS: readonly (readonly [string, string, string])[] = [
  ["a line of a file, and a record whose quoted fields span lines", "LINE_BYTES", `${limits.LINE_BYTES / MIB} MiB`],
  ["lines of an order", "MAX_ORDER_LINES", `${contract.MAX_ORDER_LINES}`],
  ["an order as an event", "MAX_ORDER_EVENT_BYTES", `${contract.MAX_ORDER_EVENT_BYTES / 1024} KiB`],
  ["the lines of an order in a CSV file, together", "ORDER_TEXT_CHARS", `${limits.ORDER_TEXT_CHARS} characters`],
  ["a file, decompressed", "FILE_BYTES", `${limits.FILE_BYTES / 1e9} GB`],
  [
    "decompressed bytes that are read whatever the ratio",
    "INFLATION_FREE_BYTES",
    `${limits.INFLATION_FREE_BYTES / MIB} MiB`,
  ],
  ["decompressed bytes for each compressed one, beyond those", "INFLATION_RATIO", `${limits.INFLATION_RATIO}`],
  ["commas and opening brackets of an NDJSON line, outside its texts", "LINE_VALUES", `${limits.LINE_VALUES}`],
  ["rejected lines of one file, after which it is not read on", "REJECTED_LINES", `${limits.REJECTED_LINES}`],
  ["a reason", "REASON_BYTES", `${limits.REASON_BYTES} bytes`],
  ["raw text that is kept of a rejected line", "RAW_BYTES", `${limits.RAW_BYTES / 1024} KiB`],
  [
    "the order id that is kept of a rejected line",
    "REJECTED_ORDER_ID_BYTES",
    `${limits.REJECTED_ORDER_ID_BYTES} bytes`,
  ],
  ["a partner's name, percent-encoded", "MAX_PARTNER_CHARS", `${MAX_PARTNER_CHARS} characters`],
  ["pieces of one product in a line", "MAX_QUANTITY", `${contract.MAX_QUANTITY}`],
];

/** `docs/bad-input.md`: what becomes of bad input, out of the cases that `bad-input.test.ts` runs. */
export function badInputDocs(): string {
  return `# Bad input

Written by \`node tests/bad-input/write-docs.ts\` from the cases that \`tests/bad-input/bad-input.test.ts\` runs on the local cloud; do not edit.
Whatever comes in, nothing is lost, the good lines and messages around it are handled as if it were not there, and no log holds a
customer's name, a raw line or a message body. \`upload-ingest\` stays under 192 MB through all of it.

## Limits

${table(
  ["limit", "constant", "at most"],
  LIMITS.map(([limit, constant, value]) => [limit, code(constant), value]),
)}

## Files

The receipt in the uploads table says how a file ended: \`done\`, read to its end; \`incomplete\`, read up to a break; \`refused\`, not taken at all.
A rejected line is in the rejects bucket, with its number, the reasons and its text, and with it every other line of its order: an order is
never sent in part. In most of these files a good order stands \`before\` and another \`after\` what the case is about, which begins on line 3
of a CSV file, on line 2 of NDJSON.

${table(
  ["file", "receipt", "orders", "rejects, parked messages"],
  files.map(({ input, receipt, orders, rejects, parked }) => [
    input,
    code(receipt),
    orders.join(", "),
    [...rejects.map(code), ...(parked === undefined ? [] : [`parked: ${code(parked)}`])].join("<br>"),
  ]),
)}

## Keys

The first segment of a key names the partner whose orders the file holds, \`default\` where there is none ([contracts.md](contracts.md)).

${table(
  ["key", "partner", "receipt", "orders"],
  keys.map(({ input, partner, receipt, orders }) => [
    input,
    partner.length > 128 ? "none" : code(partner),
    code(receipt),
    orders.join(", "),
  ]),
)}

## Messages

A message that can never be applied is parked in the DLQ, its body untouched, the reason in the attribute \`DoorbellReason\`.

${table(
  ["message", "ending"],
  messages.map(({ input, refusedBySqs, reported, parked, stored }) => [
    input,
    [
      ...(refusedBySqs === undefined ? [] : [`SQS refuses it: ${code(refusedBySqs)}`]),
      ...(reported
        ? ["reported as failed, since no queue can hold it; after fifty receives SQS moves it by itself"]
        : []),
      ...(parked === undefined ? [] : [`parked: ${code(parked)}`]),
      ...Object.values(stored ?? {}).map((order) => `stored: ${code(JSON.stringify(order))}`),
    ].join("<br>"),
  ]),
)}

## Stream records

A record that can never be an audit entry is parked in the failures bucket, whole, with the reason, as
\`rejected/change-audit/<table>/<sequence number>.json\`.

${table(
  ["record", "ending"],
  streamRecords.map(({ input, parked, audited }) => [
    input,
    parked === undefined ? `audit entry: ${code(JSON.stringify(audited))}` : `parked: ${code(parked)}`,
  ]),
)}

## Invocations

A synchronous caller gets the error. An asynchronous event of \`upload-ingest\` is tried three times and then ends, whole and with the error,
in the upload failures queue. The other two functions have event sources that wait for the answer, so they have no such queue.

${table(
  ["payload", "function", "error"],
  invocations.flatMap(({ input, to, error }) => to.map((name) => [input, name, code(errorOf(name, error))])),
)}
`;
}

/** Columns are as wide as their widest cell: so the formatter leaves them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  const [first = "", ...others] = cells.map(line);
  return [first, rule, ...others].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function code(text: string): string {
  return `\`${text}\``;
}
