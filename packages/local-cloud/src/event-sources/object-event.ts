import { createHash, randomUUID } from "node:crypto";
import type { ObjectChange } from "../emulators/buckets.ts";

/** S3's name of a change, as in the `eventName` of a record (without the prefix `s3:` of a configuration). */
export function objectEventName(kind: ObjectChange["kind"]): string {
  return kind === "Delete" ? "ObjectRemoved:Delete" : `ObjectCreated:${kind}`;
}

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

/** The event that S3 gives to a function for one change: one record, structure version 2.1. */
export function objectEvent(change: ObjectChange, configurationId: string, region: string): string {
  const principal = { principalId: "AWS:AIDADOORBELLLOCAL" };
  const stored = change.kind === "Delete" ? {} : { size: change.size ?? 0, eTag: change.eTag ?? "" };
  return JSON.stringify({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: change.time,
        eventName: objectEventName(change.kind),
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
          object: { key: encodeObjectKey(change.key), ...stored, sequencer: change.sequencer },
        },
      },
    ],
  });
}
