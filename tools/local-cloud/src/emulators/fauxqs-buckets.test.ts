import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBuckets } from "./fauxqs-buckets.ts";
import { startFauxqs } from "./fauxqs.ts";
import type { Buckets, ObjectChange } from "./buckets.ts";
import type { Fauxqs } from "./fauxqs.ts";

const DEFINITIONS = [{ name: "test-uploads", arn: "arn:aws:s3:::test-uploads", component: "Uploads" }];

let dataDir: string;
let fauxqs: Fauxqs;
let buckets: Buckets;
let changes: ObjectChange[];

const start = async () => {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:1", region: "eu-central-2", dataDir });
  buckets = createBuckets(fauxqs.s3, DEFINITIONS);
  buckets.onChange((change) => changes.push(change));
};

beforeEach(async () => {
  changes = [];
  dataDir = await mkdtemp(join(tmpdir(), "doorbell-buckets-"));
  await start();
});
afterEach(async () => {
  await fauxqs.stop();
  await rm(dataDir, { recursive: true });
});

test("a written object is told of with size and eTag", () => {
  buckets.put("test-uploads", "a b/ü.json", "{}");
  expect(changes).toEqual([
    expect.objectContaining({
      kind: "Put",
      bucket: "test-uploads",
      key: "a b/ü.json",
      size: 2,
      eTag: "99914b932bd37a50b983c5e7c90ae93b",
    }),
  ]);
});

test("a deletion is told of where there was an object, and only there", () => {
  buckets.put("test-uploads", "key", "x");
  fauxqs.s3.deleteObject("test-uploads", "key");
  fauxqs.s3.deleteObject("test-uploads", "key");
  expect(changes.map(({ kind, size }) => [kind, size])).toEqual([
    ["Put", 1],
    ["Delete", undefined],
  ]);
});

test("a multipart upload is told of once, when it completes, over a restart too", async () => {
  const uploadId = fauxqs.s3.createMultipartUpload("test-uploads", "big");
  const { etag } = fauxqs.s3.uploadPart(uploadId, 1, Buffer.from("part"));
  expect(changes).toEqual([]);
  await fauxqs.stop();
  await start();
  fauxqs.s3.completeMultipartUpload(uploadId, [{ partNumber: 1, etag }]);
  expect(changes).toEqual([
    expect.objectContaining({ kind: "CompleteMultipartUpload", bucket: "test-uploads", key: "big", size: 4 }),
  ]);
});

test("sequencers grow, within a run and over a restart", async () => {
  for (const body of ["1", "2", "3"]) buckets.put("test-uploads", "key", body);
  await fauxqs.stop();
  await start();
  buckets.put("test-uploads", "key", "4");
  const sequencers = changes.map(({ sequencer }) => sequencer);
  expect(sequencers).toEqual(sequencers.toSorted());
  expect(new Set(sequencers).size).toBe(4);
  expect(sequencers.every((each) => /^[0-9A-F]{18}$/.test(each))).toBe(true);
});

test("a listener that left hears nothing", () => {
  const heard: string[] = [];
  const leave = buckets.onChange(({ key }) => heard.push(key));
  buckets.put("test-uploads", "one", "");
  leave();
  buckets.put("test-uploads", "two", "");
  expect(heard).toEqual(["one"]);
});
