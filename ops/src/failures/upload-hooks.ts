import { type ObjectEvent, parseS3Event } from "@doorbell/aws-events/s3";
import type { FailureHooks } from "@doorbell/cli/operate/failures/failure-hooks";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Store } from "@doorbell/idempotency/store";
import { uploadOf } from "@doorbell/upload-ingest/upload";
import { parseJson } from "@doorbell/cli/parse-json";

/** S3 events that Lambda gave up: `upload-exhausted`. */
export function uploadHooks(options: {
  readonly store: Pick<Store, "read">;
  readonly uploadsBucket: string;
  readonly uploadsTable: string;
}): FailureHooks {
  const { store, uploadsBucket, uploadsTable } = options;
  return {
    place: "queue of failed uploads",
    kinds: { "event-exhausted": "upload-exhausted" },
    about: (content) =>
      eventsOf(content)
        .map(({ key }) => `file ${key}`)
        .join(", ") || "an event that names no file",
    stories: (content) => ({
      subjects: [],
      correlationIds: eventsOf(content).flatMap((upload) => idOf(upload, uploadsBucket) ?? []),
    }),
    isDone: async (content) => {
      const uploads = eventsOf(content).map((upload) => idOf(upload, uploadsBucket));
      if (uploads.length === 0) return false;
      const refs = uploads.flatMap((id) => (id === undefined ? [] : [{ table: uploadsTable, key: { id } }]));
      const receipts = refs.length < uploads.length ? [undefined] : (await store.read(refs)).map(itemOf);
      return receipts.every((receipt) => receipt !== undefined && receipt["status"] !== "processing");
    },
  };
}

function eventsOf(content: string): readonly ObjectEvent[] {
  const envelope = parseS3Event(parseJson(content));
  return envelope.ok ? envelope.records.flatMap((record) => (record.ok ? [record.value] : [])) : [];
}

function idOf(event: ObjectEvent, uploadsBucket: string): string | undefined {
  try {
    return uploadOf(event, uploadsBucket).id;
  } catch {
    return undefined; // Not about an upload, so no receipt can tell.
  }
}
