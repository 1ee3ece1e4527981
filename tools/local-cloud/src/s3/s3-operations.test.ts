import * as sdk from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OPERATIONS } from "./operations.ts";
import { BUCKET, startS3, type TestS3 } from "../../test/s3-fixture.ts";

let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3();
  s3.store.putObject(BUCKET, "a", Buffer.from("kept"), "text/plain");
  s3.changes.length = 0;
});
afterEach(() => s3.stop());

/** What the commands of the SDK need to make a request of. Each takes what it knows. */
const INPUT = {
  Bucket: BUCKET,
  Key: "a",
  Id: "id",
  UploadId: "upload",
  PartNumber: 1,
  CopySource: `${BUCKET}/a`,
  RenameSource: `/${BUCKET}/a`,
  AnnotationName: "name",
  Expression: "select",
  ExpressionType: "SQL",
  InputSerialization: {},
  OutputSerialization: {},
};

/** Served on other paths: a session comes first, and a host name of its own. */
const ELSEWHERE = new Set(["ListDirectoryBuckets", "WriteGetObjectResponse"]);
const SERVED = new Set(OPERATIONS.map(({ name }) => name));

type Command = Parameters<sdk.S3Client["send"]>[0];
type Send = (client: sdk.S3Client, input: object) => Promise<unknown>;

const isCommand = (exported: unknown): exported is new (input: object) => Command => typeof exported === "function";

/** Every operation of S3, as the SDK makes a request of it. */
const COMMANDS = Object.entries(sdk).flatMap(([exported, SomeCommand]): [string, Send][] => {
  const name = exported.replace(/Command$/, "");
  if (!exported.endsWith("Command") || exported === "$Command" || ELSEWHERE.has(name) || !isCommand(SomeCommand))
    return [];
  return [[name, (client, input) => client.send(new SomeCommand(input))]];
});

describe("an operation that the local cloud does not have", () => {
  const refused = COMMANDS.filter(([name]) => !SERVED.has(name));

  test("is most of S3, and every operation that is served is one of S3's", () => {
    expect(refused.length).toBeGreaterThan(70);
    const known = new Set([...COMMANDS.map(([name]) => name), "PostObject"]);
    expect([...SERVED].filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(refused)("%s is refused by its name, and does nothing", async (name, send) => {
    await expect(send(s3.client, INPUT)).rejects.toMatchObject({
      name: "NotImplemented",
      message: `${name} is not implemented by the local cloud`,
      $metadata: { httpStatusCode: 501 },
    });
    expect(s3.store.getObject(BUCKET, "a").body.toString()).toBe("kept");
    expect(s3.changes).toEqual([]);
  });

  test.each(["policy", "tagging", "lifecycle", "cors", "website", "never-heard-of"])(
    "leaves an empty bucket there: DELETE with ?%s",
    async (query) => {
      s3.store.createBucket("empty");
      expect(await s3.send("DELETE", `/empty?${query}`)).toMatchObject({ status: 501 });
      expect(s3.store.hasBucket("empty")).toBe(true);
    },
  );

  test("is answered in XML with code, message and the id of the request", async () => {
    const { status, headers, body } = await s3.send("PUT", `/${BUCKET}/a?retention&versionId=null`, {}, "<Retention/>");
    expect(status).toBe(501);
    expect(headers["content-type"]).toBe("application/xml");
    const id = String(headers["x-amz-request-id"]);
    expect(body).toContain(
      `<Error><Code>NotImplemented</Code><Message>PutObjectRetention is not implemented by the local cloud</Message><RequestId>${id}</RequestId></Error>`,
    );
  });

  test("is refused with a HEAD, which has no body", async () => {
    expect(await s3.send("HEAD", `/${BUCKET}/a?partNumber=1`)).toMatchObject({ status: 501, body: "" });
  });

  test.each([
    ["GET", `/${BUCKET}/a?never=heard-of`, "GetObject with the query never"],
    ["GET", `/${BUCKET}?list-type=2&fetch-owner=true`, "ListObjectsV2"],
    ["GET", "/?max-buckets=1", "ListBuckets with the query max-buckets"],
    ["POST", `/${BUCKET}/a`, "POST of an object"],
    ["PUT", `/${BUCKET}/a?partNumber=1`, "PutObject with the query partNumber"],
    ["PATCH", `/${BUCKET}/a`, "PATCH of an object"],
  ])("%s %s is named %s", async (method, path, name) => {
    const { status, body } = await s3.send(method, path);
    expect([status, body]).toEqual([501, expect.stringContaining(`<Message>${name} is not`)]);
  });

  test("is a request of another service than S3 at S3's paths, too", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=doorbell/20260101/eu-central-2/sqs/aws4_request, SignedHeaders=host, Signature=0";
    expect(await s3.send("GET", "/?Action=ListQueues", { authorization })).toMatchObject({ status: 501 });
    expect(await s3.send("POST", "/000000000000/queue?Action=ReceiveMessage", { authorization })).toMatchObject({
      status: 501,
    });
  });
});

describe("an operation that the local cloud has", () => {
  const served = COMMANDS.filter(([name]) => SERVED.has(name));

  test.each(served)("%s is carried out, or fails for a reason of its own", async (name, send) => {
    const input = {
      ...INPUT,
      PartNumber: name.startsWith("UploadPart") ? 1 : undefined,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: "x" }] },
      Delete: { Objects: [{ Key: "a" }] },
      Tagging: name === "PutObjectTagging" ? { TagSet: [{ Key: "k", Value: "v" }] } : undefined,
      ObjectAttributes: ["ETag"],
      ...(name === "CopyObject" && { Key: "b" }),
    };
    const failure: unknown = await send(s3.client, input).then(
      () => undefined,
      (error: unknown) => error,
    );
    const upload = /^(UploadPart|UploadPartCopy|CompleteMultipartUpload|AbortMultipartUpload)$/;
    if (upload.test(name)) expect(failure).toMatchObject({ name: "NoSuchUpload" });
    else if (name === "CreateBucket") expect(failure).toMatchObject({ name: "BucketAlreadyOwnedByYou" });
    else if (name === "DeleteBucket") expect(failure).toMatchObject({ name: "BucketNotEmpty" });
    else expect(failure).toBeUndefined();
  });

  test("says where a bucket is, and that it keeps no versions", async () => {
    expect(await s3.client.send(new sdk.GetBucketLocationCommand({ Bucket: BUCKET }))).toMatchObject({
      LocationConstraint: "eu-central-2",
    });
    const { Status } = await s3.client.send(new sdk.GetBucketVersioningCommand({ Bucket: BUCKET }));
    expect(Status).toBeUndefined();
    await expect(s3.client.send(new sdk.GetBucketVersioningCommand({ Bucket: "nobody" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });
});
