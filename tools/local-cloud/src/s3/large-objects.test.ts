import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MB, PART_BYTES, part, read, upload } from "../../test/upload-in-parts.ts";
import { BUCKET, startS3, type TestS3 } from "../../test/s3-fixture.ts";

const LIMIT_MS = 300_000;

let folder: string;
let s3: TestS3;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-large-"));
  s3 = await startS3(folder);
});
afterEach(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true });
});

/** Folders of objects and uploads. */
const filed = () => (existsSync(join(folder, "objects")) ? readdirSync(join(folder, "objects")) : []);
const SIZES = [...Array.from({ length: 8 }, () => PART_BYTES), MB];
const whole = () => Buffer.concat(SIZES.map((bytes, index) => part(index + 1, bytes)));

describe("an object of more than 64 MiB", () => {
  test(
    "that was uploaded in parts is read whole, in ranges and by part, over a restart, too",
    { timeout: LIMIT_MS },
    async () => {
      const { ETag } = await upload(s3.client, "large.csv", SIZES);
      const digests = SIZES.map((bytes, index) =>
        createHash("md5")
          .update(part(index + 1, bytes))
          .digest(),
      );
      expect(ETag).toBe(`"${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-9"`);
      expect(s3.changes).toMatchObject([{ kind: "CompleteMultipartUpload", key: "large.csv", size: 65 * MB }]);
      await s3.stop();
      s3 = await startS3(folder);
      const get = (input: Partial<sdk.GetObjectCommandInput> = {}) =>
        s3.client.send(new sdk.GetObjectCommand({ Bucket: BUCKET, Key: "large.csv", ...input }));

      const all = whole();
      const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");
      const answer = await get();
      expect(answer).toMatchObject({
        ETag,
        ContentLength: all.length,
        ContentType: "text/csv",
        Metadata: { from: "test" },
      });
      expect(await read(answer.Body)).toEqual({ md5: md5(all), bytes: all.length });
      for (const [range, start, end] of [
        ["bytes=0-9", 0, 9],
        [`bytes=${PART_BYTES - 3}-${PART_BYTES + 2}`, PART_BYTES - 3, PART_BYTES + 2],
        [`bytes=${3 * PART_BYTES}-${5 * PART_BYTES}`, 3 * PART_BYTES, 5 * PART_BYTES],
        [`bytes=${all.length - 1}-`, all.length - 1, all.length - 1],
        ["bytes=-5", all.length - 5, all.length - 1],
        [`bytes=10-${2 * all.length}`, 10, all.length - 1],
      ] as const) {
        const ranged = await get({ Range: range });
        expect(ranged).toMatchObject({
          ContentRange: `bytes ${start}-${end}/${all.length}`,
          $metadata: { httpStatusCode: 206 },
        });
        expect(await read(ranged.Body)).toEqual({ md5: md5(all.subarray(start, end + 1)), bytes: end - start + 1 });
      }
      const last = await get({ PartNumber: 9 });
      expect(last).toMatchObject({ PartsCount: 9, ContentLength: MB });
      expect(await read(last.Body)).toEqual({ md5: md5(part(9, MB)), bytes: MB });
      await expect(get({ Range: `bytes=${all.length}-` })).rejects.toMatchObject({ name: "InvalidRange" });
      await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
      await expect(
        s3.client.send(new sdk.HeadObjectCommand({ Bucket: BUCKET, Key: "large.csv" })),
      ).resolves.toMatchObject({
        ContentLength: all.length,
        ETag,
      });
    },
  );

  test("that was put whole is copied, whole and in parts, tagged and deleted", { timeout: LIMIT_MS }, async () => {
    const Body = whole();
    const md5 = createHash("md5").update(Body).digest("hex");
    const where = { Bucket: BUCKET, Key: "large" };
    await expect(s3.client.send(new sdk.PutObjectCommand({ ...where, Body }))).resolves.toMatchObject({
      ETag: `"${md5}"`,
    });
    const CopySource = `${BUCKET}/large`;
    const copy = new sdk.CopyObjectCommand({ Bucket: BUCKET, Key: "copy", CopySource });
    await expect(s3.client.send(copy)).resolves.toMatchObject({ CopyObjectResult: { ETag: `"${md5}"` } });
    await s3.client.send(
      new sdk.PutObjectTaggingCommand({ ...where, Tagging: { TagSet: [{ Key: "k", Value: "v" }] } }),
    );
    await s3.client.send(new sdk.DeleteObjectCommand(where));
    expect(filed()).toHaveLength(1);
    const copied = await s3.client.send(new sdk.GetObjectCommand({ Bucket: BUCKET, Key: "copy" }));
    expect(await read(copied.Body)).toEqual({ md5, bytes: Body.length });

    const target = { Bucket: BUCKET, Key: "parts" };
    const { UploadId } = await s3.client.send(new sdk.CreateMultipartUploadCommand(target));
    const copyPart = (PartNumber: number, CopySourceRange: string) =>
      s3.client.send(
        new sdk.UploadPartCopyCommand({
          ...target,
          UploadId,
          PartNumber,
          CopySource: `${BUCKET}/copy`,
          CopySourceRange,
        }),
      );
    await expect(copyPart(1, `bytes=0-${65 * MB}`)).rejects.toMatchObject({ name: "InvalidArgument" });
    const parts = [await copyPart(1, `bytes=0-${6 * MB - 1}`), await copyPart(2, `bytes=${64 * MB}-${65 * MB - 1}`)];
    const Parts = parts.map(({ CopyPartResult }, index) => ({ ETag: CopyPartResult?.ETag, PartNumber: index + 1 }));
    await s3.client.send(new sdk.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    const joined = Buffer.concat([Body.subarray(0, 6 * MB), Body.subarray(64 * MB)]);
    const { Body: both } = await s3.client.send(new sdk.GetObjectCommand(target));
    expect(await read(both)).toEqual({ md5: createHash("md5").update(joined).digest("hex"), bytes: joined.length });
  });

  test("keeps its tags, and its bytes, where it is tagged", { timeout: LIMIT_MS }, async () => {
    await upload(s3.client, "large", SIZES);
    const where = { Bucket: BUCKET, Key: "large" };
    const TagSet = [{ Key: "k", Value: "v" }];
    await s3.client.send(new sdk.PutObjectTaggingCommand({ ...where, Tagging: { TagSet } }));
    await s3.stop();
    s3 = await startS3(folder);
    await expect(s3.client.send(new sdk.GetObjectTaggingCommand(where))).resolves.toMatchObject({ TagSet });
    const { Body, Metadata, TagCount } = await s3.client.send(new sdk.GetObjectCommand(where));
    expect({ Metadata, TagCount }).toEqual({ Metadata: { from: "test" }, TagCount: 1 });
    expect((await read(Body)).bytes).toBe(65 * MB);
  });

  test(
    "is its owner's alone on the disk, and gone from it when it is replaced, deleted or aborted",
    { timeout: LIMIT_MS },
    async () => {
      await upload(s3.client, "large", SIZES);
      const [id = "", ...more] = filed();
      expect(more).toEqual([]);
      expect(statSync(join(folder, "objects")).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, "objects", id)).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, "objects", id, "1")).mode & 0o777).toBe(0o600);
      await upload(s3.client, "large", SIZES);
      expect(filed()).toHaveLength(1);
      expect(filed()).not.toEqual([id]);
      await s3.client.send(new sdk.PutObjectCommand({ Bucket: BUCKET, Key: "large", Body: "small" }));
      expect(filed()).toEqual([]);

      const where = { Bucket: BUCKET, Key: "aborted" };
      const { UploadId } = await s3.client.send(new sdk.CreateMultipartUploadCommand(where));
      await s3.client.send(new sdk.UploadPartCommand({ ...where, UploadId, PartNumber: 1, Body: "part" }));
      expect(filed()).toEqual([UploadId]);
      await s3.client.send(new sdk.AbortMultipartUploadCommand({ ...where, UploadId }));
      expect(filed()).toEqual([]);
    },
  );

  test("is read to its end though it is deleted meanwhile", { timeout: LIMIT_MS }, async () => {
    await upload(s3.client, "large", SIZES);
    const where = { Bucket: BUCKET, Key: "large" };
    const { Body } = await s3.client.send(new sdk.GetObjectCommand(where));
    await s3.client.send(new sdk.DeleteObjectCommand(where));
    expect(filed()).toHaveLength(1);
    expect((await read(Body)).bytes).toBe(65 * MB);
    await expect.poll(filed).toEqual([]);
  });

  test("leaves nothing behind that a killed process had not put together", { timeout: LIMIT_MS }, async () => {
    await upload(s3.client, "large", SIZES);
    const where = { Bucket: BUCKET, Key: "under-way" };
    const { UploadId = "" } = await s3.client.send(new sdk.CreateMultipartUploadCommand(where));
    await s3.client.send(new sdk.UploadPartCommand({ ...where, UploadId, PartNumber: 1, Body: "part" }));
    const known = filed();
    await s3.stop();
    mkdirSync(join(folder, "objects", "left-behind"));
    s3 = await startS3(folder);
    expect(filed()).toEqual(known);
    const { ETag } = await s3.client.send(
      new sdk.UploadPartCommand({ ...where, UploadId, PartNumber: 1, Body: "again" }),
    );
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    await s3.client.send(new sdk.CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload }));
    const { Body } = await s3.client.send(new sdk.GetObjectCommand(where));
    expect(await Body?.transformToString()).toBe("again");
  });
});

// AWS: CompleteMultipartUpload, "Errors".
describe("a multipart upload is not completed", () => {
  test.each<[string, readonly number[], readonly number[], string]>([
    ["with parts out of order", [5 * MB, 5 * MB], [2, 1], "InvalidPartOrder"],
    ["with a part named twice", [5 * MB, 5 * MB], [1, 1], "InvalidPartOrder"],
    ["with a part that was not uploaded", [5 * MB], [1, 7], "InvalidPart"],
    ["with a small part before another", [5 * MB - 1, 1], [1, 2], "EntityTooSmall"],
  ])("%s", async (_what, sizes, numbers, name) => {
    const where = { Bucket: BUCKET, Key: "parts" };
    const { UploadId } = await s3.client.send(new sdk.CreateMultipartUploadCommand(where));
    const eTags = new Map<number, string | undefined>();
    for (const [index, bytes] of sizes.entries()) {
      const PartNumber = index + 1;
      const Body = part(PartNumber, bytes);
      const { ETag } = await s3.client.send(new sdk.UploadPartCommand({ ...where, UploadId, PartNumber, Body }));
      eTags.set(PartNumber, ETag);
    }
    const Parts = numbers.map((PartNumber) => ({ PartNumber, ETag: eTags.get(PartNumber) ?? '"none"' }));
    const complete = new sdk.CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts } });
    await expect(s3.client.send(complete)).rejects.toMatchObject({ name });
  });
});
