import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../test/emulator.ts";
import { parkInBucket, readParkedRecord } from "./s3-parking.ts";

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  await emulator.s3.send(new CreateBucketCommand({ Bucket: "failures" }));
});
afterAll(() => emulator.stop());

const raw = {
  eventID: "e-1",
  eventSourceARN:
    "arn:aws:dynamodb:eu-central-2:000000000000:table/doorbell.local-orders/stream/2026-01-01T00:00:00.000",
  dynamodb: {
    SequenceNumber: "700",
    Keys: { id: { S: "ü" } },
    NewImage: { blob: { B: "AP8=" }, n: { N: "9007199254740993" } },
  },
};

async function stored(key: string): Promise<unknown> {
  const object = await emulator.s3.send(new GetObjectCommand({ Bucket: "failures", Key: key }));
  return JSON.parse((await object.Body?.transformToString()) ?? "");
}

test("a record is parked as Lambda delivered it, with the reason, under its table and sequence number", async () => {
  const park = parkInBucket({ client: emulator.s3, bucket: "failures", service: "change-audit" });
  await park({ id: "700", raw }, "no version");
  expect(await stored("rejected/change-audit/doorbell.local-orders/700.json")).toEqual({
    reason: "no version",
    service: "change-audit",
    record: raw,
  });
});

test("parking twice leaves one object, with the last reason", async () => {
  const park = parkInBucket({ client: emulator.s3, bucket: "failures", service: "twice" });
  await park({ id: "700", raw }, "first");
  await park({ id: "700", raw }, "second");
  const listed = await emulator.s3.send(new ListObjectsV2Command({ Bucket: "failures", Prefix: "rejected/twice/" }));
  expect(listed.Contents).toHaveLength(1);
  expect(await stored("rejected/twice/doorbell.local-orders/700.json")).toMatchObject({ reason: "second" });
});

test("a record of no known table, or with an odd id, still has a place below its service", async () => {
  const park = parkInBucket({ client: emulator.s3, bucket: "failures", service: "odd" });
  await park({ id: "../up", raw: null }, "not a record");
  expect(await stored("rejected/odd/unknown-table/..%2Fup.json")).toMatchObject({ record: null });
});

test("parking fails where the bucket is away", async () => {
  const park = parkInBucket({ client: emulator.s3, bucket: "gone", service: "s" });
  await expect(park({ id: "1", raw }, "no")).rejects.toMatchObject({ name: "NoSuchBucket" });
});

test("what parking writes is read again as it was; anything else is no parked record", () => {
  const parked = { reason: "no version", service: "change-audit", record: raw };
  expect(readParkedRecord(JSON.stringify(parked))).toEqual(parked);
  for (const text of ["", "{", "[]", "null", '{"reason":"no"}', JSON.stringify({ ...parked, record: null })])
    expect(readParkedRecord(text)).toBeUndefined();
});
