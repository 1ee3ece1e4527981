import type { Environment } from "@doorbell/cli/aws/environment";
import type { ConsoleHooks } from "@doorbell/cli/console/console-hooks";
import { uploadOf } from "@doorbell/upload-ingest/upload";
import { formatCounted } from "@doorbell/cli/table";
import { pipelineNames } from "../pipeline-names.ts";
import { openStoredRecords, type StoredReceipt } from "../stored-records.ts";

type FileHook = NonNullable<ConsoleHooks["file"]>;
type Progress = NonNullable<Awaited<ReturnType<FileHook>>>;

/** Follows a file in the uploads bucket up to its receipt. */
export function consoleHooks(environment: Environment): ConsoleHooks {
  const { UPLOADS_BUCKET } = pipelineNames(environment);
  const records = openStoredRecords(environment);
  return {
    async file({ bucket, key, eTag, versionId }) {
      if (bucket !== UPLOADS_BUCKET) return undefined;
      const event = { eventName: "ObjectCreated:Put", eventTime: "", region: "", bucket, key, rawKey: key, eTag };
      const { id } = uploadOf({ ...event, ...(versionId !== undefined && { versionId }) }, UPLOADS_BUCKET);
      const receipt = await records.receipt(id);
      return receipt === undefined ? waiting(id) : progressOf(receipt);
    },
  };
}

function waiting(id: string): Progress {
  return { done: false, failed: false, says: "It lies in the bucket; no run has begun.", facts: { upload: id } };
}

/** How far a run has come, as its receipt tells. */
export function progressOf(receipt: StoredReceipt): Progress {
  const { id, status, reason, lines, orders, rejectedLines, rejectsKey, partner } = receipt;
  const counts = `${formatCounted(lines, "line")}, ${formatCounted(orders, "order")} sent, ${formatCounted(rejectedLines, "line")} refused`;
  return {
    done: status !== "processing",
    failed: status === "refused" || status === "incomplete",
    says: `${status}: ${counts}${reason === undefined ? "" : `. ${reason}`}`,
    facts: {
      upload: id,
      status,
      lines: String(lines),
      orders: String(orders),
      "refused lines": String(rejectedLines),
      partner,
      ...(rejectsKey !== undefined && { rejects: rejectsKey }),
      ...(reason !== undefined && { reason }),
    },
  };
}
