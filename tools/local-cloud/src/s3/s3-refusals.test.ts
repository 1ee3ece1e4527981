import { createHash } from "node:crypto";
import { CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BUCKET, startS3, type TestS3 } from "../../test/s3-fixture.ts";

let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3();
  s3.store.putObject(BUCKET, "a", Buffer.from("kept"), "text/plain");
  s3.changes.length = 0;
});
afterEach(() => s3.stop());

type Refusal = readonly [
  what: string,
  method: string,
  path: string,
  status: number,
  code: string,
  headers?: Record<string, string>,
  body?: string,
];

const md5 = (text: string) => createHash("md5").update(text).digest("base64");
const deletions = (count: number) =>
  `<Delete>${Array.from({ length: count }, (_, n) => `<Object><Key>${n}</Key></Object>`).join("")}</Delete>`;

/** AWS: "General purpose bucket naming rules". */
const BUCKET_NAMES =
  `ab ${"x".repeat(64)} UPPER a_b -abc abc- a..b 192.168.5.4 xn--abc sthree-abc amzn-s3-demo-abc abc-s3alias abc--ol-s3 abc.mrap abc--x-s3`.split(
    " ",
  );

const REFUSALS: readonly Refusal[] = [
  ...BUCKET_NAMES.map((name): Refusal => [
    `a bucket named ${name.slice(0, 20)}`,
    "PUT",
    `/${name}`,
    400,
    "InvalidBucketName",
  ]),
  // AWS: CreateBucket.
  ["a bucket that is there", "PUT", `/${BUCKET}`, 409, "BucketAlreadyOwnedByYou"],
  // AWS: "Creating object key names": 1,024 bytes of UTF-8.
  ["a key of 1,025 bytes", "PUT", `/${BUCKET}/${"k".repeat(1_025)}`, 400, "KeyTooLongError"],
  ["a key of 513 characters of two bytes", "PUT", `/${BUCKET}/${"%C3%BC".repeat(513)}`, 400, "KeyTooLongError"],
  // AWS: "Amazon S3 multipart upload limits", UploadPart.
  ["part 0", "PUT", `/${BUCKET}/m?uploadId=u&partNumber=0`, 400, "InvalidArgument"],
  ["part 10,001", "PUT", `/${BUCKET}/m?uploadId=u&partNumber=10001`, 400, "InvalidArgument"],
  ["a part that has no number", "PUT", `/${BUCKET}/m?uploadId=u&partNumber=one`, 400, "InvalidArgument"],
  ["a part of an unknown upload", "PUT", `/${BUCKET}/m?uploadId=u&partNumber=1`, 404, "NoSuchUpload"],
  ["the end of an unknown upload", "DELETE", `/${BUCKET}/m?uploadId=u`, 404, "NoSuchUpload"],
  // AWS: ListObjectsV2.
  ["−1 keys of a list", "GET", `/${BUCKET}?list-type=2&max-keys=-1`, 400, "InvalidArgument"],
  ["a number of keys that is none", "GET", `/${BUCKET}?max-keys=many`, 400, "InvalidArgument"],
  ["an empty token", "GET", `/${BUCKET}?list-type=2&continuation-token=`, 400, "InvalidArgument"],
  ["a token that is none", "GET", `/${BUCKET}?list-type=2&continuation-token=garbage!`, 400, "InvalidArgument"],
  // AWS: "Working with object metadata": 2 KB of names and values.
  ["metadata over 2 KB", "PUT", `/${BUCKET}/b`, 400, "MetadataTooLarge", { "x-amz-meta-a": "x".repeat(2_048) }],
  // AWS: CopyObject.
  ["a copy onto itself", "PUT", `/${BUCKET}/a`, 400, "InvalidRequest", { "x-amz-copy-source": `/${BUCKET}/a` }],
  // AWS: GetObjectAttributes.
  [
    "an unknown attribute",
    "GET",
    `/${BUCKET}/a?attributes`,
    400,
    "InvalidArgument",
    { "x-amz-object-attributes": "Colour" },
  ],
  // AWS: DeleteObjects: one to a thousand keys.
  ["no key to delete", "POST", `/${BUCKET}?delete`, 400, "MalformedXML", {}, deletions(0)],
  ["1,001 keys to delete", "POST", `/${BUCKET}?delete`, 400, "MalformedXML", {}, deletions(1_001)],
  // AWS: "Checking object integrity".
  ["a digest that is none", "PUT", `/${BUCKET}/a`, 400, "InvalidDigest", { "content-md5": "garbage" }, "x"],
  ["another body's digest", "PUT", `/${BUCKET}/a`, 400, "BadDigest", { "content-md5": md5("y") }, "x"],
  ["a checksum that is none", "PUT", `/${BUCKET}/a`, 400, "InvalidRequest", { "x-amz-checksum-sha256": "YQ==" }, "x"],
  ["another body's CRC32", "PUT", `/${BUCKET}/a`, 400, "BadDigest", { "x-amz-checksum-crc32": "AAAAAA==" }, "x"],
  [
    "another body's SHA-1",
    "PUT",
    `/${BUCKET}/a`,
    400,
    "BadDigest",
    { "x-amz-checksum-sha1": Buffer.alloc(20).toString("base64") },
    "x",
  ],
];

test.each(REFUSALS.map((refusal) => [refusal[0], refusal] as const))(
  "%s is refused with S3's code, and nothing changes",
  async (_what, [, method, path, status, code, headers, body]) => {
    const answer = await s3.send(method, path, headers, body);
    expect(answer).toMatchObject({ status, body: expect.stringContaining(`<Code>${code}</Code>`) });
    expect(s3.changes).toEqual([]);
    expect(s3.store.getObject(BUCKET, "a").body.toString()).toBe("kept");
  },
);

describe("S3 takes", () => {
  test.each([
    ["a key of 1,024 bytes", "PUT", `/${BUCKET}/${"k".repeat(1_024)}`, {}],
    ["metadata of 2 KB", "PUT", `/${BUCKET}/b`, { "x-amz-meta-a": "x".repeat(2_047) }],
    ["a bucket name of three characters", "PUT", "/a.b", {}],
    [
      "a copy onto itself with other metadata",
      "PUT",
      `/${BUCKET}/a`,
      { "x-amz-copy-source": `/${BUCKET}/a`, "x-amz-metadata-directive": "REPLACE" },
    ],
    ["a body with its digest", "PUT", `/${BUCKET}/b`, { "content-md5": md5("") }],
  ])("%s", async (_what, method, path, headers: Record<string, string>) => {
    expect(await s3.send(method, path, headers)).toMatchObject({ status: 200 });
  });
});

test("a part is refused under another key than its upload's, and an upload is completed with at least one part", async () => {
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: "m" }));
  const other = await s3.send("PUT", `/${BUCKET}/other?uploadId=${UploadId}&partNumber=1`, {}, "x");
  expect(other).toMatchObject({ status: 404, body: expect.stringContaining("NoSuchUpload") });
  const empty = "<CompleteMultipartUpload></CompleteMultipartUpload>";
  const completion = await s3.send("POST", `/${BUCKET}/m?uploadId=${UploadId}`, {}, empty);
  expect(completion).toMatchObject({ status: 400, body: expect.stringContaining("MalformedXML") });
  expect(s3.changes).toEqual([]);
});
