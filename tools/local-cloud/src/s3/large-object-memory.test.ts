import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as sdk from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../local-region.ts";
import { MB, PART_BYTES, part, read, upload } from "../../test/upload-in-parts.ts";
import { BUCKET } from "../../test/s3-fixture.ts";

const LIMIT_MS = 300_000;

/** Uploads so much in parts to a process of its own, reads it back, and tells by how many MB its peak has grown. */
async function peakOf(megabytes: number, dataDir?: string): Promise<number> {
  const main = fileURLToPath(new URL("../../test/s3-parent.ts", import.meta.url));
  const child = spawn(process.execPath, [main, ...(dataDir === undefined ? [] : [dataDir])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  const peak = async () => {
    child.stdin.write("\n");
    return Number(await next());
  };
  try {
    const client = new sdk.S3Client({ endpoint: await next(), region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
    // What the first requests load is not what counts.
    await upload(client, "first", [PART_BYTES, PART_BYTES, PART_BYTES, PART_BYTES]);
    const before = await peak();
    await upload(
      client,
      "large",
      Array.from({ length: megabytes / 8 }, () => PART_BYTES),
    );
    const where = { Bucket: BUCKET, Key: "large" };
    const { Body } = await client.send(new sdk.GetObjectCommand(where));
    expect((await read(Body)).bytes).toBe(megabytes * MB);
    const Range = `bytes=${megabytes * MB - 5}-${megabytes * MB - 1}`;
    const range = await client.send(new sdk.GetObjectCommand({ ...where, Range }));
    expect(await range.Body?.transformToString()).toBe(
      part(megabytes / 8)
        .subarray(-5)
        .toString(),
    );
    client.destroy();
    return (await peak()) - before;
  } finally {
    child.stdin.end();
    await ended;
  }
}

describe("an upload in parts is kept and read in flat memory", () => {
  test("at 300 MB", { timeout: LIMIT_MS }, async () => {
    expect(await peakOf(304)).toBeLessThan(150);
  });

  // Writes 2 GB, and takes half a minute: LARGE_OBJECTS=1
  test.runIf(process.env["LARGE_OBJECTS"] === "1")("at 2 GB", { timeout: LIMIT_MS }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorbell-large-"));
    try {
      expect(await peakOf(2_048, folder)).toBeLessThan(150);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
