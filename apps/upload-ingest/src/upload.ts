import { hash } from "node:crypto";
import type { ObjectEvent } from "@doorbell/aws-events/s3";
import { partnerName } from "@doorbell/event-contracts/partner";

/** Whose files those are that lie in no partner's folder. */
export const DEFAULT_PARTNER = "default";

/** One object of the uploads bucket, in exactly the version that its event is about. */
export interface Upload {
  /** The first 32 hexadecimal digits of SHA-256 over bucket, key and version: a repeated event has the same. Also the correlation id. */
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Whose orders it holds, see {@link partnerOf}. Too long to be a partner's name where the folder's is. */
  readonly partner: string;
  /** The version id where the bucket keeps versions, else the eTag. */
  readonly version: string;
  readonly eTag?: string;
  readonly versionId?: string;
  readonly size?: number;
  /** When S3 finished the upload, ISO 8601. */
  readonly eventTime: string;
}

/** The upload that an event is about. @throws NotAnUpload for any other event than a creation in `uploads` that names its version */
export function uploadOf(event: ObjectEvent, uploads: string): Upload {
  const { bucket, key, eTag, versionId, size, eventTime } = event;
  const version = versionId ?? eTag;
  const isUpload = event.eventName.startsWith("ObjectCreated:") && bucket === uploads;
  if (!isUpload || version === undefined) throw new NotAnUpload(event, uploads);
  return {
    id: hash("sha256", JSON.stringify([bucket, key, version])).slice(0, 32),
    bucket,
    key,
    partner: partnerOf(key),
    version,
    eventTime,
    ...(eTag !== undefined && { eTag }),
    ...(versionId !== undefined && { versionId }),
    ...(size !== undefined && { size }),
  };
}

/**
 * The partner whose folder an object lies in: the first segment of its (decoded) key, percent-encoded; `default` at the root and where the
 * segment is empty. The folder `default` is that partner's too.
 */
export function partnerOf(key: string): string {
  const folder = key.slice(0, Math.max(key.indexOf("/"), 0));
  return folder === "" ? DEFAULT_PARTNER : partnerName(folder);
}

/** The event is not about a new object in the uploads bucket, or does not say which version of it. */
export class NotAnUpload extends Error {
  readonly code = "NOT_AN_UPLOAD";
  readonly eventName: string;
  readonly bucket: string;

  constructor({ eventName, bucket }: ObjectEvent, uploads: string) {
    super(
      `upload-ingest is for ObjectCreated events of the bucket ${uploads} with an eTag or a version id, not for this ${eventName} of ${bucket}`,
    );
    this.name = "NotAnUpload";
    this.eventName = eventName;
    this.bucket = bucket;
  }
}
