import type { EnvironmentOptions } from "@doorbell/cli/aws/environment-options";
import { withEnvironment } from "@doorbell/cli/aws/with-environment";
import { CommandError } from "@doorbell/cli/command-error";
import { printableLine } from "@doorbell/cli/printable";
import { openStoredRecords, type StoredReceipt } from "./stored-records.ts";
import { formatCount, formatTable } from "@doorbell/cli/table";

/** `doorbell uploads list`: the newest uploads, how each ended and what came of it. */
export async function uploadsList(
  options: EnvironmentOptions & { readonly limit: number; readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const receipts = await openStoredRecords(pipeline).receipts(options.limit);
    process.stdout.write(options.json ? `${JSON.stringify(receipts, null, 2)}\n` : formatReceipts(receipts));
  });
}

/** `doorbell uploads show`: the receipt of one upload. @throws {CommandError} there is none */
export async function uploadsShow(
  id: string,
  options: EnvironmentOptions & { readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const receipt = await openStoredRecords(pipeline).receipt(id);
    if (receipt === undefined)
      throw new CommandError(`${pipeline.title} has no receipt of an upload ${id}; see "doorbell uploads list".`);
    process.stdout.write(options.json ? `${JSON.stringify(receipt, null, 2)}\n` : formatReceipt(receipt));
  });
}

function formatReceipts(receipts: readonly StoredReceipt[]): string {
  if (receipts.length === 0) return "No upload yet.\n";
  const rows = receipts.map((receipt) => [
    receipt.id,
    receipt.eventTime,
    receipt.status,
    receipt.partner,
    ...[receipt.lines, receipt.orders, receipt.rejectedLines].map(formatCount),
    receipt.key,
    receipt.reason ?? "",
  ]);
  return `${formatTable(["upload", "uploaded", "status", "partner", "lines", "orders", "rejected", "file", "why"], rows)}\n`;
}

function formatReceipt(receipt: StoredReceipt): string {
  const width = Math.max(...Object.keys(receipt).map((name) => name.length));
  return Object.entries(receipt)
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${typeof value === "string" ? printableLine(value) : JSON.stringify(value)}\n`,
    )
    .join("");
}
