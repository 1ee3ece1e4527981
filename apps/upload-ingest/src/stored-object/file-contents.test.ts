import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { fileContents } from "./file-contents.ts";

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(chunks: AsyncIterable<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return Buffer.concat(pieces).toString();
}

test.each([1, 2, 3, 1000])("gzip is told by its content, in chunks of %i", async (size) => {
  expect(await textOf(fileContents(chunksOf(gzipSync("zipped"), size)).chunks)).toBe("zipped");
  expect(await textOf(fileContents(chunksOf(Buffer.from("plain"), size)).chunks)).toBe("plain");
});

test.each(["", "x"])("%j is shorter than the magic bytes", async (text) => {
  expect(await textOf(fileContents(chunksOf(Buffer.from(text), 1)).chunks)).toBe(text);
});

test("the checksum is that of the bytes as stored, and there is none before all were read", async () => {
  const stored = gzipSync("zipped");
  const contents = fileContents(chunksOf(stored, 5));
  expect(contents.sha256()).toBeUndefined();
  await textOf(contents.chunks);
  expect(contents.sha256()).toBe(createHash("sha256").update(stored).digest("hex"));
});

test("a file over the limit breaks off, counted decompressed", async () => {
  const within = fileContents(chunksOf(gzipSync("0123456789"), 100), 10);
  expect(await textOf(within.chunks)).toBe("0123456789");
  const over = fileContents(chunksOf(gzipSync("0123456789+"), 100), 10);
  await expect(textOf(over.chunks)).rejects.toMatchObject({ code: "FILE_BROKEN", reason: "longer than 10 bytes" });
});
