import { createHash, randomUUID } from "node:crypto";
import type { ObjectChange } from "../../emulators/buckets.ts";

/** S3's name of a change, as in the `eventName` of a record (without the prefix `s3:` of a configuration). */
export function objectEventName(kind: ObjectChange["kind"]): string {
  return EVENTS[kind].name;
}

/** The records of tagging have a version of their own and no sequencer (AWS: notification-content-structure). */
const EVENTS: Readonly<Record<ObjectChange["kind"], { readonly name: string; readonly version: string }>> = {
  Put: { name: "ObjectCreated:Put", version: "2.1" },
  Post: { name: "ObjectCreated:Post", version: "2.1" },
  Copy: { name: "ObjectCreated:Copy", version: "2.1" },
  CompleteMultipartUpload: { name: "ObjectCreated:CompleteMultipartUpload", version: "2.1" },
  Delete: { name: "ObjectRemoved:Delete", version: "2.1" },
  TaggingPut: { name: "ObjectTagging:Put", version: "2.3" },
  TaggingDelete: { name: "ObjectTagging:Delete", version: "2.3" },
};

/**
 * A key as S3 writes it into an event: URL-encoded form style, so that a space is `+` and `/` stays
 * (AWS: notification-content-structure).
 */
export function encodeObjectKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/%20/g, "+")
    .replace(/%2F/g, "/")
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The event that S3 gives to a function for one change: one record. */
export function objectEvent(change: ObjectChange, configurationId: string, region: string): string {
  const principal = { principalId: "AWS:AIDADOORBELLLOCAL" };
  const { name: eventName, version: eventVersion } = EVENTS[change.kind];
  const { size, eTag } = change;
  const sequencer = eventName.startsWith("ObjectTagging") ? undefined : change.sequencer;
  return JSON.stringify({
    Records: [
      {
        eventVersion,
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: change.time,
        eventName,
        userIdentity: principal,
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: {
          "x-amz-request-id": randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase(),
          "x-amz-id-2": createHash("sha256")
            .update(`${change.bucket}/${change.key}/${change.sequencer}`)
            .digest("base64"),
        },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId,
          bucket: {
            name: change.bucket,
            ownerIdentity: { principalId: "DOORBELLLOCAL" },
            arn: `arn:aws:s3:::${change.bucket}`,
          },
          object: { key: encodeObjectKey(change.key), size, eTag, sequencer },
        },
      },
    ],
  });
}
