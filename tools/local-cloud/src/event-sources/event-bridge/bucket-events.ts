import { randomUUID } from "node:crypto";
import type { Buckets, ChangeKind, ObjectChange } from "../../emulators/buckets.ts";
import { DEFAULT_BUS } from "../../graph/read-event-bridge.ts";
import { LOCAL_ACCOUNT } from "../../local-region.ts";
import type { EventSource } from "../event-source.ts";
import type { EventEntry } from "./bus-event.ts";
import type { EventRules } from "./event-rules.ts";

/** The type of a change's event, and the API call that its `reason` names (AWS: s3 EventBridge, ev-events). */
const EVENTS: Readonly<Record<ChangeKind, { readonly detailType: string; readonly reason?: string }>> = {
  Put: { detailType: "Object Created", reason: "PutObject" },
  Post: { detailType: "Object Created", reason: "POST Object" },
  Copy: { detailType: "Object Created", reason: "CopyObject" },
  CompleteMultipartUpload: { detailType: "Object Created", reason: "CompleteMultipartUpload" },
  Delete: { detailType: "Object Deleted", reason: "DeleteObject" },
  TaggingPut: { detailType: "Object Tags Added" },
  TaggingDelete: { detailType: "Object Tags Deleted" },
};

/** What S3 puts on the default bus for a change. The key is as stored, not URL-encoded (AWS: s3 ev-events). */
export function bucketEvent(change: ObjectChange): EventEntry {
  const { detailType, reason } = EVENTS[change.kind];
  const isTagging = reason === undefined;
  const detail = {
    version: "0",
    bucket: { name: change.bucket },
    object: {
      key: change.key,
      size: isTagging ? undefined : change.size,
      etag: change.eTag,
      sequencer: isTagging ? undefined : change.sequencer,
    },
    "request-id": randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase(),
    requester: LOCAL_ACCOUNT,
    "source-ip-address": "127.0.0.1",
    reason,
    "deletion-type": change.kind === "Delete" ? "Permanently Deleted" : undefined,
  };
  return {
    source: "aws.s3",
    detailType,
    detail: JSON.stringify(detail),
    resources: [`arn:aws:s3:::${change.bucket}`],
    time: new Date(change.time),
  };
}

/** Puts the changes of objects on the default bus, of the buckets that do so. What becomes of them is the rules' business. */
export function createBucketEvents(options: {
  readonly bucketsOnBus: readonly string[];
  readonly buckets: Pick<Buckets, "onChange">;
  readonly rules: Pick<EventRules, "put">;
}): EventSource {
  const names = new Set(options.bucketsOnBus);
  let unsubscribe: (() => void) | undefined;
  return {
    async start() {
      if (names.size === 0) return;
      unsubscribe = options.buckets.onChange((change) => {
        if (names.has(change.bucket)) options.rules.put(DEFAULT_BUS, bucketEvent(change));
      });
    },
    idle: () => true,
    status: () => [],
    async stop() {
      unsubscribe?.();
    },
  };
}
