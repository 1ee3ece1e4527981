import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BUCKET, startS3, type TestS3 } from "../../test/s3-fixture.ts";

let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.stop());

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const body = (key: string) => s3.store.getObject(BUCKET, key).body.toString();
const store = (key: string, text: string) => {
  const { etag } = s3.store.putObject(BUCKET, key, Buffer.from(text), "text/plain");
  s3.changes.length = 0;
  return etag;
};

describe("an object", () => {
  test.each([
    ["without a type", {}, "", "binary/octet-stream"],
    ["without a type, declared empty", { "content-length": "0" }, "", "binary/octet-stream"],
    ["of a type", { "content-type": "text/csv" }, "", "text/csv"],
    ["with bytes and without a type", {}, "x=1", "binary/octet-stream"],
    ["of a form's type, as curl sends it", { "content-type": "application/x-www-form-urlencoded" }, "x=1"],
    ["of the type of SQS's requests", { "content-type": "application/x-amz-json-1.0" }, "x=1"],
    ["of a type that is none", { "content-type": "csv" }, "x=1"],
  ])("%s is stored", async (_what, headers: Record<string, string>, bytes, type = headers["content-type"]) => {
    expect(await s3.send("PUT", `/${BUCKET}/folder/`, headers, bytes)).toMatchObject({ status: 200 });
    const answer = await s3.send("GET", `/${BUCKET}/folder/`);
    expect(answer).toMatchObject({ status: 200, body: bytes, headers: { "content-type": type } });
    expect(s3.changes).toMatchObject([{ kind: "Put", key: "folder/", size: bytes.length }]);
  });

  test("of a browser's form is told of as posted; a field that asks for more is refused", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    const form = (fields: Readonly<Record<string, string>>) =>
      [...Object.entries(fields), ["file", "bytes"]]
        .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join("")
        .concat("--b--\r\n");
    const fields = { key: "a", "x-amz-meta-m": "1", policy: "p", success_action_status: "201" };
    expect(await s3.send("POST", `/${BUCKET}`, headers, form(fields))).toMatchObject({ status: 201 });
    expect(s3.changes).toMatchObject([{ kind: "Post", key: "a" }]);
    const refused = await s3.send("POST", `/${BUCKET}`, headers, form({ key: "b", tagging: "<Tagging/>" }));
    expect(refused).toMatchObject({ status: 501, body: expect.stringContaining("The form field tagging") });
    expect(s3.store.find(BUCKET, "b")).toBeUndefined();
  });

  test("keeps its encoding though it came in chunks", async () => {
    const chunked = { "content-encoding": "gzip,aws-chunked", "x-amz-decoded-content-length": "1" };
    await s3.send("PUT", `/${BUCKET}/a`, chunked, "1;chunk-signature=0\r\nx\r\n0;chunk-signature=0\r\n\r\n");
    expect(await s3.client.send(new HeadObjectCommand(at("a")))).toMatchObject({ ContentEncoding: "gzip" });
  });

  test("is read with the headers that its URL asks for", async () => {
    store("a", "x");
    const query =
      "response-content-type=text%2Fcsv&response-content-disposition=attachment&response-cache-control=no-store";
    const { headers } = await s3.send("GET", `/${BUCKET}/a?${query}&X-Amz-Signature=0&X-Amz-Expires=60`);
    expect(headers).toMatchObject({
      "content-type": "text/csv",
      "content-disposition": "attachment",
      "cache-control": "no-store",
    });
  });
});

describe("conditions", () => {
  const failed = { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } };

  test("of a write: not where there is an object, or only over that one", async () => {
    const write = (key: string, parts: object) =>
      s3.client.send(new PutObjectCommand({ ...at(key), Body: "new", ...parts }));
    const etag = store("a", "old");
    await expect(write("a", { IfNoneMatch: "*" })).rejects.toMatchObject(failed);
    await expect(write("a", { IfMatch: '"other"' })).rejects.toMatchObject(failed);
    await expect(write("none", { IfMatch: etag })).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(write("a", { IfNoneMatch: etag })).rejects.toMatchObject({ name: "NotImplemented" });
    expect(body("a")).toBe("old");
    expect(s3.changes).toEqual([]);
    await write("a", { IfMatch: etag });
    await write("b", { IfNoneMatch: "*" });
    expect([body("a"), body("b")]).toEqual(["new", "new"]);
  });

  test("of a write: of many at a time one wins", async () => {
    const writes = Array.from({ length: 8 }, (_, n) =>
      s3.client.send(new PutObjectCommand({ ...at("a"), Body: `${n}`, IfNoneMatch: "*" })),
    );
    const settled = await Promise.allSettled(writes);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(s3.changes).toHaveLength(1);
  });

  test("of a multipart upload hold when it completes", async () => {
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(at("a")));
    const { ETag } = await s3.client.send(new UploadPartCommand({ ...at("a"), UploadId, PartNumber: 1, Body: "new" }));
    store("a", "old");
    const complete = (IfNoneMatch?: string) =>
      s3.client.send(
        new CompleteMultipartUploadCommand({
          ...at("a"),
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
          IfNoneMatch,
        }),
      );
    await expect(complete("*")).rejects.toMatchObject(failed);
    expect(body("a")).toBe("old");
    await complete();
    expect(body("a")).toBe("new");
  });

  test("of a deletion", async () => {
    const etag = store("a", "old");
    const remove = (key: string, IfMatch: string) => s3.client.send(new DeleteObjectCommand({ ...at(key), IfMatch }));
    await expect(remove("a", '"other"')).rejects.toMatchObject(failed);
    await expect(remove("none", "*")).rejects.toMatchObject({ name: "NoSuchKey" });
    await remove("a", etag);
    expect(s3.changes).toMatchObject([{ kind: "Delete" }]);
  });

  test("of a copy's source", async () => {
    const etag = store("a", "old");
    const copy = (parts: object) =>
      s3.client.send(new CopyObjectCommand({ ...at("b"), CopySource: `${BUCKET}/a`, ...parts }));
    const hour = 3_600_000;
    await expect(copy({ CopySourceIfMatch: '"other"' })).rejects.toMatchObject(failed);
    await expect(copy({ CopySourceIfNoneMatch: etag })).rejects.toMatchObject(failed);
    await expect(copy({ CopySourceIfModifiedSince: new Date(Date.now() + hour) })).rejects.toMatchObject(failed);
    await expect(copy({ CopySourceIfUnmodifiedSince: new Date(Date.now() - hour) })).rejects.toMatchObject(failed);
    expect(s3.store.find(BUCKET, "b")).toBeUndefined();
    await copy({ CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: new Date(Date.now() - hour) });
    expect(body("b")).toBe("old");
  });

  test.each(["GET", "HEAD"])("of a %s", async (method) => {
    const etag = store("a", "old");
    const { headers } = await s3.send(method, `/${BUCKET}/a`);
    const modified = String(headers["last-modified"]);
    const status = async (conditions: Record<string, string>) =>
      (await s3.send(method, `/${BUCKET}/a`, conditions)).status;
    expect(await status({ "if-match": etag })).toBe(200);
    expect(await status({ "if-match": "*" })).toBe(200);
    expect(await status({ "if-match": '"other"' })).toBe(412);
    expect(await status({ "if-none-match": etag })).toBe(304);
    expect(await status({ "if-none-match": '"other"' })).toBe(200);
    expect(await status({ "if-modified-since": modified })).toBe(304);
    expect(await status({ "if-unmodified-since": modified })).toBe(200);
    expect(await status({ "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" })).toBe(412);
    expect((await s3.send(method, `/${BUCKET}/none`, { "if-match": etag })).status).toBe(404);
  });
});

describe("a version", () => {
  const VERSION = "096fKKXTRTtl3on89fVO.nfljtsv6qko";

  test("named null is the object", async () => {
    store("a", "x");
    await s3.client.send(new GetObjectCommand({ ...at("a"), VersionId: "null" }));
    await s3.client.send(new CopyObjectCommand({ ...at("b"), CopySource: `${BUCKET}/a?versionId=null` }));
    expect(body("b")).toBe("x");
    await s3.client.send(new DeleteObjectCommand({ ...at("a"), VersionId: "null" }));
    expect(s3.store.find(BUCKET, "a")).toBeUndefined();
  });

  test.each([
    [VERSION, 404, "NoSuchVersion"],
    ["1", 400, "InvalidArgument"],
    ["", 400, "InvalidArgument"],
  ])("%j is not there: nothing is read, copied or deleted", async (VersionId, httpStatusCode, name) => {
    store("a", "x");
    const error = { name, $metadata: { httpStatusCode } };
    for (const command of [
      new GetObjectCommand({ ...at("a"), VersionId }),
      new DeleteObjectCommand({ ...at("a"), VersionId }),
      new CopyObjectCommand({ ...at("b"), CopySource: `${BUCKET}/a?versionId=${VersionId}` }),
    ])
      // The union of commands has no one type of answer.
      await expect(s3.client.send<never, never>(Object(command))).rejects.toMatchObject(error);
    expect(await s3.send("HEAD", `/${BUCKET}/a?versionId=${VersionId}`)).toMatchObject({ status: httpStatusCode });
    expect(body("a")).toBe("x");
    expect(s3.store.find(BUCKET, "b")).toBeUndefined();
  });

  test("in a list of deletions is not passed over, and neither is a condition", async () => {
    store("a", "x");
    const remove = (object: object) =>
      s3.client.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: "a", ...object }] } }));
    await expect(remove({ VersionId: VERSION })).rejects.toMatchObject({ name: "NoSuchVersion" });
    await expect(remove({ ETag: '"other"' })).rejects.toMatchObject({ name: "NotImplemented" });
    expect(body("a")).toBe("x");
    await remove({ VersionId: "null" });
    expect(s3.store.find(BUCKET, "a")).toBeUndefined();
  });
});

describe("a header", () => {
  test.each([
    ["x-amz-object-lock-mode", "GOVERNANCE"],
    ["x-amz-object-lock-legal-hold", "ON"],
    ["x-amz-server-side-encryption-customer-algorithm", "AES256"],
    ["x-amz-server-side-encryption", "aws:kms"],
    ["x-amz-server-side-encryption-aws-kms-key-id", "key"],
    ["x-amz-grant-read", "id=1"],
    ["x-amz-acl", "public-read"],
    ["x-amz-storage-class", "GLACIER"],
    ["x-amz-website-redirect-location", "/b"],
    ["x-amz-write-offset-bytes", "1"],
    ["x-amz-never-heard-of", "1"],
    ["expires", "Thu, 01 Jan 2026 00:00:00 GMT"],
  ])("that asks for what is not done is refused by its name: %s: %s", async (header, value) => {
    const { status, body: text } = await s3.send("PUT", `/${BUCKET}/a`, { [header]: value }, "x");
    expect([status, text.toLowerCase()]).toEqual([501, expect.stringContaining(header)]);
    const presigned = await s3.send("PUT", `/${BUCKET}/a?X-Amz-Signature=0&${header}=${value}`, {}, "x");
    if (header.startsWith("x-amz-")) expect(presigned).toMatchObject({ status: 501 });
    expect(s3.store.find(BUCKET, "a")).toBeUndefined();
    expect(s3.changes).toEqual([]);
  });

  test.each([
    ["x-amz-acl", "private"],
    ["x-amz-storage-class", "STANDARD"],
    ["x-amz-server-side-encryption", "AES256"],
    ["x-amz-expected-bucket-owner", "000000000000"],
  ])("that asks for what holds anyway is taken: %s: %s", async (header, value) => {
    expect(await s3.send("PUT", `/${BUCKET}/a`, { [header]: value }, "x")).toMatchObject({ status: 200 });
  });

  test("that names another owner of the bucket is refused as AWS refuses it", async () => {
    const headers = { "x-amz-expected-bucket-owner": "111111111111" };
    expect(await s3.send("PUT", `/${BUCKET}/a`, headers, "x")).toMatchObject({
      status: 403,
      body: expect.stringContaining("<Code>AccessDenied</Code>"),
    });
  });

  test("with metadata in a presigned URL is kept as if it were sent", async () => {
    await s3.send("PUT", `/${BUCKET}/a?X-Amz-Signature=0&x-amz-meta-m=1`, {}, "x");
    expect(await s3.client.send(new HeadObjectCommand(at("a")))).toMatchObject({ Metadata: { m: "1" } });
  });
});
