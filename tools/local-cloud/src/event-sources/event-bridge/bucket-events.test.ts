import { describe, expect, test } from "vitest";
import type { ChangeKind } from "../../emulators/buckets.ts";
import { bucketEvent, createBucketEvents } from "./bucket-events.ts";
import type { EventEntry } from "./bus-event.ts";

const change = (kind: ChangeKind, bucket = "uploads") => ({
  kind,
  bucket,
  key: "in/a b.csv",
  sequencer: "0055AED6DCD90281E5",
  time: "2026-01-02T03:04:05.678Z",
  ...(kind !== "Delete" && { size: 5, eTag: "b1946ac92492d2347c6235b4d2611184" }),
});

// AWS: s3 EventBridge, ev-mapping-troubleshooting, ev-events.
describe("a change of an object on the default bus", () => {
  test("has the fields that S3 documents, its key as stored", () => {
    const { detail, ...entry } = bucketEvent(change("Put"));
    expect(entry).toEqual({
      source: "aws.s3",
      detailType: "Object Created",
      resources: ["arn:aws:s3:::uploads"],
      time: new Date("2026-01-02T03:04:05.678Z"),
    });
    expect(JSON.parse(detail)).toEqual({
      version: "0",
      bucket: { name: "uploads" },
      object: {
        key: "in/a b.csv",
        size: 5,
        etag: "b1946ac92492d2347c6235b4d2611184",
        sequencer: "0055AED6DCD90281E5",
      },
      "request-id": expect.stringMatching(/^[0-9A-F]{16}$/),
      requester: "000000000000",
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    });
  });

  test.each<[ChangeKind, string, string | undefined]>([
    ["Copy", "Object Created", "CopyObject"],
    ["Post", "Object Created", "POST Object"],
    ["CompleteMultipartUpload", "Object Created", "CompleteMultipartUpload"],
    ["Delete", "Object Deleted", "DeleteObject"],
    ["TaggingPut", "Object Tags Added", undefined],
    ["TaggingDelete", "Object Tags Deleted", undefined],
  ])("by %s is %s with the reason %s", (kind, detailType, reason) => {
    const event = bucketEvent(change(kind));
    expect(event.detailType).toBe(detailType);
    expect(JSON.parse(event.detail).reason).toBe(reason);
  });

  test("that deletes it says that it is gone for good", () => {
    const detail = JSON.parse(bucketEvent(change("Delete")).detail);
    expect(detail).toMatchObject({ "deletion-type": "Permanently Deleted" });
    expect(Object.keys(detail.object)).toEqual(["key", "sequencer"]);
  });

  test("comes of the buckets that send theirs, until the source stops", async () => {
    const put: [string, EventEntry][] = [];
    const listeners = new Set<(made: ReturnType<typeof change>) => void>();
    const source = createBucketEvents({
      bucketsOnBus: ["uploads"],
      buckets: {
        onChange(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      rules: { put: (...sent) => String(put.push(sent)) },
    });
    await source.start();
    for (const listener of listeners) for (const name of ["uploads", "others"]) listener(change("Put", name));
    expect(put.map(([bus, { source: from, resources }]) => [bus, from, resources])).toEqual([
      ["default", "aws.s3", ["arn:aws:s3:::uploads"]],
    ]);
    await source.stop();
    expect(listeners.size).toBe(0);
  });
});
