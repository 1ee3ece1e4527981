import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  type Tag,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTagDocument, readTagHeader, tagDocument } from "./object-tags.ts";
import { BUCKET, startS3, type TestS3 } from "../../test/s3-fixture.ts";

let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.stop());

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const put = (Key: string, Tagging?: string) =>
  s3.client.send(new PutObjectCommand({ ...at(Key), Body: "x", ...(Tagging !== undefined && { Tagging }) }));
const putTags = (Key: string, TagSet: Tag[]) =>
  s3.client.send(new PutObjectTaggingCommand({ ...at(Key), Tagging: { TagSet } }));
const tagsOf = async (Key: string) => {
  const { TagSet = [] } = await s3.client.send(new GetObjectTaggingCommand(at(Key)));
  return TagSet.map((tag) => `${tag.Key}=${tag.Value}`);
};

describe("an object's tags", () => {
  test("are put, replaced and deleted, and nothing else of the object changes", async () => {
    await put("a");
    expect(await tagsOf("a")).toEqual([]);
    const before = s3.store.getObject(BUCKET, "a");
    await putTags("a", [
      { Key: "partner", Value: "Zürich Söhne" },
      { Key: "empty", Value: "" },
    ]);
    expect(await tagsOf("a")).toEqual(["partner=Zürich Söhne", "empty="]);
    await putTags("a", [{ Key: "other", Value: "1" }]);
    expect(await tagsOf("a")).toEqual(["other=1"]);
    await s3.client.send(new DeleteObjectTaggingCommand(at("a")));
    expect(await tagsOf("a")).toEqual([]);
    expect(s3.store.getObject(BUCKET, "a")).toEqual(before);
  });

  test("are told of, with another version of the record than a write", async () => {
    await put("a", "a=1");
    await putTags("a", [{ Key: "b", Value: "2" }]);
    await s3.client.send(new DeleteObjectTaggingCommand(at("a")));
    expect(s3.changes.map(({ kind, size }) => [kind, size])).toEqual([
      ["Put", 1],
      ["TaggingPut", undefined],
      ["TaggingDelete", undefined],
    ]);
  });

  test("come with a PUT, and are counted on GET and HEAD", async () => {
    await put("a", "partner=p%2B1&note=a+b&empty=");
    expect(await tagsOf("a")).toEqual(["partner=p+1", "note=a b", "empty="]);
    expect(await s3.client.send(new GetObjectCommand(at("a")))).toMatchObject({ TagCount: 3, Metadata: {} });
    const { headers } = await s3.send("HEAD", `/${BUCKET}/a`);
    expect(headers).toMatchObject({ "x-amz-tagging-count": "3" });
    await put("b");
    expect((await s3.client.send(new GetObjectCommand(at("b")))).TagCount).toBeUndefined();
  });

  test("come with a presigned PUT that carries them in its query", async () => {
    const { status } = await s3.send("PUT", `/${BUCKET}/a?X-Amz-Signature=0&x-amz-tagging=partner%3Dp%2B1`, {}, "x");
    expect(status).toBe(200);
    expect(await tagsOf("a")).toEqual(["partner=p 1"]);
  });

  test("go when the object is overwritten or deleted", async () => {
    await put("a", "a=1");
    await put("a");
    expect(await tagsOf("a")).toEqual([]);
    await put("b", "b=1");
    await s3.client.send(new DeleteObjectCommand(at("b")));
    await put("b");
    expect(await tagsOf("b")).toEqual([]);
  });

  test("come with a multipart upload, when it completes", async () => {
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ ...at("big"), Tagging: "a=1" }));
    const { ETag } = await s3.client.send(
      new UploadPartCommand({ ...at("big"), UploadId, PartNumber: 1, Body: "part" }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.client.send(new CompleteMultipartUploadCommand({ ...at("big"), UploadId, MultipartUpload }));
    expect(await tagsOf("big")).toEqual(["a=1"]);
  });

  test("are copied unless the copy replaces them, whatever becomes of the metadata", async () => {
    await put("a", "a=1");
    const CopySource = `${BUCKET}/a`;
    const copy = (Key: string, parts: object) =>
      s3.client.send(new CopyObjectCommand({ ...at(Key), CopySource, ...parts }));
    await copy("same", {});
    await copy("metadata", { MetadataDirective: "REPLACE", Metadata: { m: "1" } });
    await copy("replaced", { TaggingDirective: "REPLACE", Tagging: "b=2" });
    await copy("none", { TaggingDirective: "REPLACE" });
    expect([await tagsOf("same"), await tagsOf("metadata"), await tagsOf("replaced"), await tagsOf("none")]).toEqual([
      ["a=1"],
      ["a=1"],
      ["b=2"],
      [],
    ]);
    await expect(copy("ignored", { Tagging: "b=2" })).rejects.toMatchObject({ name: "InvalidArgument" });
    expect(s3.store.find(BUCKET, "ignored")).toBeUndefined();
  });

  test("need their object, and the one version that it has", async () => {
    await put("a");
    await expect(tagsOf("nothing")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(putTags("nothing", [])).rejects.toMatchObject({
      name: expect.stringMatching(/NoSuchKey|MalformedXML/),
    });
    expect(await s3.send("DELETE", `/${BUCKET}/nothing?tagging`)).toMatchObject({ status: 404 });
    expect(await s3.send("GET", `/nobody/a?tagging`)).toMatchObject({
      status: 404,
      body: expect.stringContaining("<Code>NoSuchBucket</Code>"),
    });
    expect(await s3.send("GET", `/${BUCKET}/a?tagging&versionId=null`)).toMatchObject({ status: 200 });
    expect(await s3.send("GET", `/${BUCKET}/a?tagging&versionId=${"v".repeat(32)}`)).toMatchObject({ status: 404 });
  });

  const many = (count: number) => Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: "v" }));

  test("are at most ten, of 128 and 256 characters", async () => {
    await put("a");
    const longest = { Key: "ä".repeat(128), Value: "ö".repeat(256) };
    await putTags("a", [longest, ...many(9)]);
    expect(await tagsOf("a")).toHaveLength(10);
    await expect(putTags("a", many(11))).rejects.toMatchObject({
      name: "BadRequest",
      message: "Object tags cannot be greater than 10",
    });
    await expect(
      put(
        "b",
        many(11)
          .map(({ Key }) => `${Key}=v`)
          .join("&"),
      ),
    ).rejects.toMatchObject({
      name: "BadRequest",
    });
    expect(s3.store.find(BUCKET, "b")).toBeUndefined();
  });

  test.each([
    ["a key of 129 characters", [{ Key: "k".repeat(129), Value: "" }]],
    ["an empty key", [{ Key: "", Value: "" }]],
    ["a value of 257 characters", [{ Key: "k", Value: "v".repeat(257) }]],
    ["a character that tags do not have", [{ Key: "k", Value: "a&b" }]],
    ["a key of AWS's own", [{ Key: "aws:k", Value: "" }]],
    [
      "a key twice",
      [
        { Key: "k", Value: "1" },
        { Key: "k", Value: "2" },
      ],
    ],
  ])("are refused with %s, and those that were there stay", async (_what, tags) => {
    await put("a", "a=1");
    await expect(putTags("a", tags)).rejects.toMatchObject({ name: "InvalidTag" });
    expect(await tagsOf("a")).toEqual(["a=1"]);
  });
});

test("tags are there again after a restart, of objects and of uploads under way", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "doorbell-tags-"));
  await s3.stop();
  s3 = await startS3(dataDir);
  await put("a", "a=1");
  await put("b", "b=1");
  await putTags("b", [{ Key: "b", Value: "2" }]);
  await put("c", "c=1");
  await s3.client.send(new DeleteObjectTaggingCommand(at("c")));
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ ...at("big"), Tagging: "d=1" }));
  await s3.stop();
  s3 = await startS3(dataDir);
  const { ETag } = await s3.client.send(new UploadPartCommand({ ...at("big"), UploadId, PartNumber: 1, Body: "part" }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await s3.client.send(new CompleteMultipartUploadCommand({ ...at("big"), UploadId, MultipartUpload }));
  expect([await tagsOf("a"), await tagsOf("b"), await tagsOf("c"), await tagsOf("big")]).toEqual([
    ["a=1"],
    ["b=2"],
    [],
    ["d=1"],
  ]);
  expect(await s3.client.send(new HeadObjectCommand(at("b")))).toMatchObject({ ContentLength: 1, Metadata: {} });
  await s3.stop();
  await rm(dataDir, { recursive: true });
  s3 = await startS3();
});

describe("a document of tags", () => {
  const tagging = (inner: string) => `<?xml version="1.0"?>\n<Tagging xmlns="x">${inner}</Tagging>`;

  test("is read in either order of its fields, with spaces between and characters written as entities", () => {
    const xml = tagging(
      " <TagSet>\n <Tag> <Value>1</Value><Key>a</Key></Tag><Tag><Key>&#x7a;&#252;</Key><Value/></Tag> </TagSet> ",
    );
    expect([...readTagDocument(xml)]).toEqual([
      ["a", "1"],
      ["zü", ""],
    ]);
    expect(readTagDocument(tagDocument(new Map([["k", "v"]])))).toEqual(new Map([["k", "v"]]));
    expect(readTagDocument(tagging("<TagSet/>")).size).toBe(0);
  });

  test.each([
    "",
    "no XML",
    "<Tagging></Tagging>",
    tagging("<TagSet><Tag><Key>a</Key></Tag></TagSet>"),
    tagging("<TagSet><Tag><Key>a</Key><Value>1</Value><Value>2</Value></Tag>x</TagSet>"),
    tagging("<TagSet><Tag><Key>a</Key><Value>1</Value>"),
    tagging("<TagSet><Label/></TagSet>"),
  ])("that is not one is refused: %j", (xml) => {
    expect(() => readTagDocument(xml)).toThrow(expect.objectContaining({ code: "MalformedXML" }));
  });

  test("in a header that cannot be decoded is refused", () => {
    expect(() => readTagHeader("a=%")).toThrow(expect.objectContaining({ code: "InvalidArgument" }));
  });
});
